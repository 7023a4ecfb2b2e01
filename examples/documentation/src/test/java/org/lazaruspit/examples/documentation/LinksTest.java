package org.lazaruspit.examples.documentation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.lazaruspit.examples.documentation.Page.Link;

/** Checks that each link within the repository has a target. */
final class LinksTest {

  private static List<String> broken(Page page) {
    List<String> broken = new ArrayList<>();
    for (Link link : page.links()) {
      if (!link.target().matches("(https?|mailto|urn):.*")) {
        check(page, link, broken);
      }
    }
    for (Link named : page.namedFiles()) {
      if (!named.target().contains("/target/")
          && Files.notExists(Page.TOP.resolve(named.target()))) {
        broken.add(page.name() + ":" + named.line() + ": missing: " + named.target());
      }
    }
    return broken;
  }

  private static void check(Page page, Link link, List<String> broken) {
    String place = page.name() + ":" + link.line() + ": ";
    URI uri = URI.create(link.target());
    Path target =
        uri.getPath().isEmpty()
            ? page.file()
            : page.file().resolveSibling(uri.getPath()).normalize();
    boolean here = target.equals(page.file());
    if (!target.startsWith(Page.TOP) || (!here && Files.notExists(target))) {
      broken.add(place + "missing: " + link.target());
    } else if (uri.getFragment() != null) {
      boolean there =
          target.toString().endsWith(".md")
              && (here ? page : Page.read(target)).anchors().contains(uri.getFragment());
      if (!there) {
        broken.add(place + "no heading has the anchor #" + uri.getFragment());
      }
    }
  }

  @Test
  void everyLinkHasATarget() {
    List<Page> pages = Page.all();
    assertTrue(pages.stream().mapToInt(page -> page.links().size()).sum() > 10);
    assertEquals(List.of(), pages.stream().flatMap(page -> broken(page).stream()).toList());
  }

  @Test
  void brokenLinksAreFound() {
    List<String> text =
        List.of(
            "# A `page`, and more",
            "[here](#a-page-and-more) [not](#a-page)",
            "[file](docs/plugins.md) [no file](docs/plug-ins.md) [out](../../etc/passwd)",
            "[its part](docs/plugins.md#when-it-breaks) [no part](docs/plugins.md#when)",
            "![picture](docs/none.svg) `docs/none.md` `examples/x/target/y.jar`"
                + " <https://x.invalid>",
            "[words on",
            "two lines](docs/neither.md)",
            "```",
            "[in code](nowhere)",
            "```");
    Page page = new Page(Page.TOP.resolve("page.md"), text);
    assertEquals(
        List.of(
            "page.md:2: no heading has the anchor #a-page",
            "page.md:3: missing: docs/plug-ins.md",
            "page.md:3: missing: ../../etc/passwd",
            "page.md:4: no heading has the anchor #when",
            "page.md:5: missing: docs/none.svg",
            "page.md:7: missing: docs/neither.md",
            "page.md:5: missing: docs/none.md"),
        broken(page));
  }
}
