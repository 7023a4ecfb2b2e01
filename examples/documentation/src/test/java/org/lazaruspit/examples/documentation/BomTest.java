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

/** Checks the bill of materials, {@code .mvn/bom.xml}. */
final class BomTest {

  /** Returns the texts of the nodes of an XPath. */
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

  /** Returns the folders of the libraries, named like their artifacts. */
  static List<String> libraries() throws Exception {
    List<String> modules = texts(Page.TOP.resolve("pom.xml"), "/project/modules/module");
    return modules.stream()
        .filter(module -> !module.equals(".mvn/bom.xml") && !module.equals("examples"))
        .toList();
  }

  @Test
  void theBomListsTheLibrariesOnly() throws Exception {
    Path bom = Page.TOP.resolve(".mvn/bom.xml");
    assertEquals(
        libraries(), texts(bom, "//dependencyManagement//dependency[not(type)]/artifactId"));
    assertEquals(List.of("pit-core"), texts(bom, "//dependency[type='test-jar']/artifactId"));
    assertEquals(List.of(), texts(bom, "//dependency[not(groupId='org.lazaruspit')]"));
  }

  @Test
  void theBomHasTheVersionOfTheLibraries() throws Exception {
    Path bom = Page.TOP.resolve(".mvn/bom.xml");
    assertEquals(
        texts(Page.TOP.resolve("pom.xml"), "/project/version"), texts(bom, "/project/version"));
    assertEquals(
        List.of("${project.version}"),
        texts(bom, "//dependencyManagement//version").stream().distinct().toList());
  }

  /** An import would otherwise include the versions that the parent manages. */
  @Test
  void theBomHasNoParent() throws Exception {
    assertEquals(List.of(), texts(Page.TOP.resolve(".mvn/bom.xml"), "/project/parent"));
  }
}
