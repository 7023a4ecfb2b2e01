package org.lazaruspit.pit.internal.plugin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lazaruspit.pit.PitConfig;
import org.lazaruspit.pit.PluginProblem;
import org.lazaruspit.pit.internal.loop.BuiltInPlugins;
import org.lazaruspit.pit.spi.HealthProbe;
import org.lazaruspit.pit.testkit.PluginJars;

/** Plug-ins on the class path, including broken ones. */
final class PluginPathTest {

  @TempDir Path folder;

  @Test
  void aBrokenPluginOnTheClassPathAffectsNoOther() throws IOException {
    Path classes = Files.createDirectory(folder.resolve("classes"));
    String probe =
        "public class %s implements HealthProbe { public String name() { return \"%s\"; }"
            + " public List<ProbeResult> probe(List<ProbeTarget> targets) { return List.of(); } }";
    PluginJars.compile(
        classes,
        Map.of(
            "First", probe.formatted("First", "first"),
            "Base", "class Base {}",
            "Broken",
                probe
                    .formatted("Broken", "broken")
                    .replace("implements", "extends Base implements"),
            "Thrower",
                probe
                    .formatted("Thrower", "thrower")
                    .replace("return \"", "if (true) throw new AssertionError(); return \""),
            "Last", probe.formatted("Last", "last")));
    Files.delete(classes.resolve("theirs").resolve("Base.class"));
    Path services = Files.createDirectories(classes.resolve("META-INF").resolve("services"));
    Files.writeString(
        services.resolve(HealthProbe.class.getName()),
        "theirs.First\ntheirs.Gone\ntheirs.Broken\nnot a class\ntheirs.Thrower\ntheirs.Last\n");
    // A list with a malformed line is ignored as a whole, so it gets a separate loader.
    assertEquals(
        List.of("gateway-http"), named(classes).stream().filter(n -> !n.startsWith("p")).toList());
    Files.writeString(
        services.resolve(HealthProbe.class.getName()),
        "theirs.First\ntheirs.Gone\ntheirs.Broken\ntheirs.Thrower\ntheirs.Last\n");
    try (URLClassLoader loader = loader(classes)) {
      Plugins plugins =
          Plugins.find(PitConfig.builder(folder).build(), loader, BuiltInPlugins.TYPES);
      for (String name : List.of("first", "last", "gateway-http")) {
        assertEquals(name, plugins.find(PluginKind.PROBE, name).name());
      }
      List<String> problems =
          plugins.problems().stream().map(PluginProblem::toString).sorted().toList();
      assertEquals(3, problems.size(), problems::toString);
      assertTrue(problems.get(0).contains("theirs/Base"), problems::toString);
      assertTrue(problems.get(1).contains("theirs.Gone"), problems::toString);
      assertTrue(problems.get(2).startsWith("theirs.Thrower: "), problems::toString);
    }
  }

  private List<String> named(Path classes) throws IOException {
    try (URLClassLoader loader = loader(classes)) {
      Plugins plugins =
          Plugins.find(PitConfig.builder(folder).build(), loader, BuiltInPlugins.TYPES);
      assertEquals(1, plugins.problems().size(), plugins.problems()::toString);
      return List.copyOf(plugins.names(PluginKind.PROBE));
    }
  }

  private static URLClassLoader loader(Path classes) throws IOException {
    return new URLClassLoader(
        new URL[] {classes.toUri().toURL()}, PluginPathTest.class.getClassLoader());
  }
}
