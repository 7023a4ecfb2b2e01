package org.lazaruspit.examples.documentation;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.xpath.XPathConstants;
import javax.xml.xpath.XPathFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.NodeList;

/** What the bill of materials lists, in {@code .mvn/bom.xml}. */
final class BomTest {

  /** The texts that an XPath leads to. */
  static List<String> texts(Path pom, String path) throws Exception {
    NodeList nodes =
        (NodeList)
            XPathFactory.newInstance()
                .newXPath()
                .evaluate(
                    path,
                    DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(pom.toFile()),
                    XPathConstants.NODESET);
    List<String> texts = new ArrayList<>();
    for (int i = 0; i < nodes.getLength(); i++) {
      texts.add(nodes.item(i).getTextContent().strip());
    }
    return texts;
  }

  /** The folders of the libraries, which are called as their artifacts are. */
  static List<String> libraries() throws Exception {
    List<String> modules = texts(Page.TOP.resolve("pom.xml"), "/project/modules/module");
    return modules.stream()
        .filter(module -> !module.equals(".mvn/bom.xml") && !module.equals("examples"))
        .toList();
  }

  @Test
  void itListsEveryLibraryAndNothingElse() throws Exception {
    Path bom = Page.TOP.resolve(".mvn/bom.xml");
    assertEquals(
        libraries(), texts(bom, "//dependencyManagement//dependency[not(type)]/artifactId"));
    assertEquals(List.of("pit-core"), texts(bom, "//dependency[type='test-jar']/artifactId"));
    assertEquals(List.of(), texts(bom, "//dependency[not(groupId='org.lazaruspit')]"));
  }

  @Test
  void itsVersionIsTheirs() throws Exception {
    Path bom = Page.TOP.resolve(".mvn/bom.xml");
    assertEquals(
        texts(Page.TOP.resolve("pom.xml"), "/project/version"), texts(bom, "/project/version"));
    assertEquals(
        List.of("${project.version}"),
        texts(bom, "//dependencyManagement//version").stream().distinct().toList());
  }

  /** Whoever imports it would otherwise get what the parent manages, too. */
  @Test
  void itHasNoParent() throws Exception {
    assertEquals(List.of(), texts(Page.TOP.resolve(".mvn/bom.xml"), "/project/parent"));
  }
}
