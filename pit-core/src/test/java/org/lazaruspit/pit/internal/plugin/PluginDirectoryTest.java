package org.lazaruspit.pit.internal.plugin;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lazaruspit.pit.LazarusPit;
import org.lazaruspit.pit.PitConfig;
import org.lazaruspit.pit.PitConfigBuilder;
import org.lazaruspit.pit.PitProcess;
import org.lazaruspit.pit.PluginProblem;
import org.lazaruspit.pit.internal.loop.BuiltInPlugins;
import org.lazaruspit.pit.spi.HealthProbe;
import org.lazaruspit.pit.spi.ProbeResult;
import org.lazaruspit.pit.spi.ProbeTarget;
import org.lazaruspit.pit.testkit.PluginJars;

/** Plug-ins from JAR files, working and broken. */
final class PluginDirectoryTest {

  private static final String METHODS =
      "public List<ProbeResult> probe(List<ProbeTarget> targets) { return List.of(); }";

  @TempDir static Path compiled;
  private static Path classes;
  @TempDir Path folder;
  private Path jars;

  private static String probe(String type, String name, String more) {
    return "public class %s implements HealthProbe { public String name() { return %s; } %s %s }"
        .formatted(type, name, METHODS, more);
  }

  @BeforeAll
  static void compile() throws IOException {
    Map<String, String> sources = new HashMap<>();
    sources.put("Good", probe("Good", "\"good\"", settings()));
    sources.put("Twin", probe("Twin", "\"good\"", ""));
    sources.put("Greedy", probe("Greedy", "\"gateway-http\"", ""));
    sources.put("Nameless", probe("Nameless", "null", ""));
    sources.put("Blank", probe("Blank", "\" \"", ""));
    sources.put("Climber", probe("Climber", "\"../other\"", ""));
    sources.put("Shy", probe("Shy", "\"shy\"", "private Shy() {}"));
    sources.put("Needy", probe("Needy", "\"needy\"", "public Needy(String a) {}"));
    sources.put(
        "NoName",
        probe("NoName", "null", "")
            .replace("return null;", "throw new RuntimeException(\"who am I\");"));
    sources.put(
        "Thrower",
        probe(
            "Thrower",
            "\"thrower\"",
            "public Thrower() { throw new IllegalStateException(\"not today\"); }"));
    sources.put(
        "Static",
        probe(
            "Static", "\"static\"", "static { if (true) throw new AssertionError(\"at once\"); }"));
    sources.put(
        "Endless",
        probe(
            "Endless",
            "\"endless\"",
            "public Endless() { this(1); } Endless(int n) { new Endless(n + 1); }"));
    sources.put(
        "Memory",
        probe(
            "Memory",
            "\"memory\"",
            "public Memory() { throw new OutOfMemoryError(\"pretended\"); }"));
    sources.put("Library", "class Library { static String name() { return \"user\"; } }");
    sources.put("User", probe("User", "Library.name()", ""));
    sources.put("Base", "class Base { }");
    sources.put(
        "Derived",
        probe("Derived", "\"derived\"", "").replace("implements", "extends Base implements"));
    sources.put("Stranger", "public class Stranger { }");
    sources.put(
        "Fussy",
        probe(
            "Fussy",
            "\"fussy\"",
            "public HealthProbe configured(Settings s) { throw new IllegalArgumentException(\"no"
                + " colour\"); }"));
    sources.put(
        "Void",
        probe("Void", "\"void\"", "public HealthProbe configured(Settings s) { return null; }"));
    classes = Files.createDirectories(compiled.resolve("classes"));
    PluginJars.compile(classes, sources);
  }

  private static String settings() {
    return "public String said = \"\"; public HealthProbe configured(Settings s) {"
        + " Good good = new Good(); good.said = s.text(\"colour\").orElse(\"none\"); return good; }"
        + " public String toString() { return said; }";
  }

  @BeforeEach
  void makeFolder() throws IOException {
    jars = Files.createDirectory(folder.resolve("jars"));
  }

  private void pack(String jar, String list, String... types) throws IOException {
    PluginJars.pack(jars.resolve(jar), classes, HealthProbe.class, list, types);
  }

  private void pack(String type) throws IOException {
    pack(type.toLowerCase(Locale.ROOT) + ".jar", "theirs." + type + "\n", type);
  }

  private Plugins plugins(Map<String, Map<String, Object>> settings) {
    PitConfigBuilder builder = PitConfig.builder(folder).pluginDirectory(jars);
    settings.forEach(builder::plugin);
    return Plugins.find(builder.build(), BuiltInPlugins.TYPES);
  }

  /** Returns the problems with these JARs, beside which a working plug-in stays usable. */
  private List<String> problems() throws IOException {
    pack("Good");
    try (Plugins plugins = plugins(Map.of())) {
      assertEquals("good", plugins.find(PluginKind.PROBE, "good").name());
      assertEquals("gateway-http", plugins.find(PluginKind.PROBE, "gateway-http").name());
      return plugins.problems().stream().map(PluginProblem::toString).toList();
    }
  }

  private String problem(String type) throws IOException {
    pack(type);
    List<String> problems = problems();
    assertEquals(1, problems.size(), problems::toString);
    String start =
        "theirs.%s in %s.jar: this health probe is not used: "
            .formatted(type, type.toLowerCase(Locale.ROOT));
    assertTrue(problems.get(0).startsWith(start), problems::toString);
    return problems.get(0).substring(start.length());
  }

  @Test
  void aPluginFromAJarIsFoundByNameAndGetsItsSettings() throws IOException {
    pack("Good");
    try (Plugins plugins = plugins(Map.of("good", Map.of("colour", "blue")))) {
      assertEquals("blue", plugins.find(PluginKind.PROBE, "good").toString());
      plugins.reportUnusedSettings();
      assertEquals(List.of(), plugins.problems());
    }
  }

  @Test
  void aPluginMayBringItsLibraryInAJarOfItsOwn() throws IOException {
    pack("user.jar", "# ours\n\n theirs.User # the probe\n", "User");
    pack("library.jar", "", "Library");
    assertEquals(List.of(), problems());
    try (Plugins plugins = plugins(Map.of())) {
      assertEquals("user", plugins.find(PluginKind.PROBE, "user").name());
    }
  }

  @Test
  void builtInPluginsInAJarThatIncludesThePitAreIgnored() throws IOException {
    pack("all.jar", "org.lazaruspit.pit.internal.probe.GatewayProbe\ntheirs.Good # ours\n", "Good");
    try (Plugins plugins = plugins(Map.of())) {
      assertEquals(List.of(), plugins.problems());
      assertEquals("good", plugins.find(PluginKind.PROBE, "good").name());
    }
  }

  @Test
  void providersInAModuleDescriptorAreFound() throws IOException {
    Path described = PluginJars.describe(compiled.resolve("modules"), "Good");
    try (OutputStream file = Files.newOutputStream(jars.resolve("module.jar"));
        ZipOutputStream zip = new ZipOutputStream(file)) {
      for (Path part : List.of(described, classes.resolve("theirs/Good.class"))) {
        String name = part.getFileName().toString();
        zip.putNextEntry(new ZipEntry(name.startsWith("module") ? name : "theirs/" + name));
        zip.write(Files.readAllBytes(part));
      }
    }
    try (Plugins plugins = plugins(Map.of())) {
      assertEquals("good", plugins.find(PluginKind.PROBE, "good").name());
    }
  }

  @Test
  void aFileThatIsNoJarIsNamed() throws IOException {
    Files.writeString(jars.resolve("text.jar"), "this is no JAR");
    Files.createDirectory(jars.resolve("folder.jar"));
    List<String> problems = problems();
    assertEquals(2, problems.size(), problems::toString);
    assertTrue(problems.get(0).startsWith("folder.jar: cannot be read as a JAR file: "));
    assertTrue(problems.get(1).startsWith("text.jar: cannot be read as a JAR file: "));
  }

  @Test
  void aClassThatIsNotThereIsNamed() throws IOException {
    pack("gone.jar", "theirs.Gone\n");
    assertEquals(
        List.of(
            "theirs.Gone in gone.jar: this health probe is not used:"
                + " java.lang.ClassNotFoundException: theirs.Gone"),
        problems());
  }

  @Test
  void aLibraryThatIsNotThereIsNamedTogetherWithThePlugin() throws IOException {
    assertEquals("java.lang.NoClassDefFoundError: theirs/Library", problem("User"));
  }

  @Test
  void aBaseClassThatIsNotThereIsNamedTogetherWithThePlugin() throws IOException {
    assertEquals("java.lang.NoClassDefFoundError: theirs/Base", problem("Derived"));
  }

  @Test
  void aClassOfAnotherTypeIsNamed() throws IOException {
    assertEquals("it does not implement " + HealthProbe.class.getName(), problem("Stranger"));
  }

  @Test
  void aConstructorThatThrowsIsNamed() throws IOException {
    assertEquals("java.lang.IllegalStateException: not today", problem("Thrower"));
  }

  @Test
  void aStaticInitializerThatThrowsIsNamed() throws IOException {
    assertEquals("java.lang.AssertionError: at once", problem("Static"));
  }

  @Test
  void aStackOverflowIsThePluginsOwnFault() throws IOException {
    assertEquals("java.lang.StackOverflowError", problem("Endless"));
  }

  @Test
  void aConstructorThatCannotBeCalledIsNamed() throws IOException {
    assertEquals("it has no public constructor without arguments", problem("Shy"));
    Files.delete(jars.resolve("shy.jar"));
    assertEquals("it has no public constructor without arguments", problem("Needy"));
  }

  @Test
  void aNameThatThrowsOrCannotBeUsedIsNamed() throws IOException {
    String expected = ", expected lower-case letters, digits, '.', '_' or '-'";
    assertEquals("java.lang.RuntimeException: who am I", problem("NoName"));
    Files.delete(jars.resolve("noname.jar"));
    assertEquals("its name is null" + expected, problem("Nameless"));
    Files.delete(jars.resolve("nameless.jar"));
    assertEquals("its name is \" \"" + expected, problem("Blank"));
    Files.delete(jars.resolve("blank.jar"));
    assertEquals("its name is \"../other\"" + expected, problem("Climber"));
  }

  @Test
  void ofTwoPluginsWithOneNameTheFirstByClassIsUsedAndBuiltInOnesBeforeBoth() throws IOException {
    pack("a-twin.jar", "theirs.Twin\n", "Twin");
    pack("Greedy");
    assertEquals(
        List.of(
            "theirs.Greedy in greedy.jar: this health probe is not used: there is already a health"
                + " probe \"gateway-http\", org.lazaruspit.pit.internal.probe.GatewayProbe",
            "theirs.Twin in a-twin.jar: this health probe is not used: there is already a health"
                + " probe \"good\", theirs.Good in good.jar"),
        problems());
  }

  @Test
  void fatalErrorsAreRethrown() throws IOException {
    pack("Memory");
    assertThrows(OutOfMemoryError.class, () -> plugins(Map.of()));
  }

  @Test
  void aMissingDirectoryIsNamedAndTheBuiltInPluginsAreFound() throws IOException {
    Files.delete(jars);
    try (Plugins plugins = plugins(Map.of())) {
      assertEquals(
          List.of(new PluginProblem(jars.toString(), "plugin_directory: not a directory")),
          plugins.problems());
      assertEquals("process", plugins.reviver(null).name());
    }
  }

  @Test
  void settingsForAPluginThatIsNotThereAreNamed() {
    try (Plugins plugins = plugins(Map.of("god", Map.of()))) {
      plugins.reportUnusedSettings();
      assertEquals(1, plugins.problems().size());
      assertEquals("god", plugins.problems().get(0).plugin());
      assertTrue(
          plugins
              .problems()
              .get(0)
              .detail()
              .startsWith("has settings, but no such plug-in exists"));
    }
  }

  @Test
  void aPluginThatRefusesItsSettingsIsRefusedByName() throws IOException {
    pack("Fussy");
    pack("Void");
    try (Plugins plugins = plugins(Map.of())) {
      assertEquals(
          "health probe fussy cannot be set up: no colour",
          assertThrows(
                  IllegalArgumentException.class, () -> plugins.find(PluginKind.PROBE, "fussy"))
              .getMessage());
      assertEquals(
          "health probe void cannot be set up: it returned null for an instance",
          assertThrows(IllegalArgumentException.class, () -> plugins.find(PluginKind.PROBE, "void"))
              .getMessage());
    }
  }

  @Test
  void aPluginFromCodeWinsAndItsUnusedSettingsAreNamed() throws Exception {
    pack("Good");
    HealthProbe mine =
        new HealthProbe() {
          @Override
          public String name() {
            return "good";
          }

          @Override
          public List<ProbeResult> probe(List<ProbeTarget> targets) {
            return List.of();
          }
        };
    try (Plugins plugins = plugins(Map.of("good", Map.of("colour", "blue")))) {
      assertEquals(List.of(), plugins.probe(mine).probe(List.of()));
      assertEquals(
          List.of("good: is set by code; its settings in the configuration are not used"),
          plugins.problems().stream().map(PluginProblem::toString).toList());
    }
  }

  @Test
  void theProbeIsSelectedByTheConfiguration() throws IOException {
    pack("Good");
    PitConfig config = PitConfig.builder(folder).pluginDirectory(jars).probe("good").build();
    try (Plugins plugins = Plugins.find(config, BuiltInPlugins.TYPES)) {
      assertEquals("good", plugins.probe(null).name());
    }
    try (Plugins plugins =
        Plugins.find(config.toBuilder().probe("unknown").build(), BuiltInPlugins.TYPES)) {
      assertEquals(
          "there is no health probe \"unknown\", expected one of [gateway-http, good]",
          assertThrows(IllegalArgumentException.class, () -> plugins.probe(null)).getMessage());
    }
  }

  @Test
  void aPitReportsItsPluginProblemsAndRuns() throws IOException {
    pack("Thrower");
    Files.createDirectory(folder.resolve("missions"));
    PitConfig config =
        PitConfig.builder(folder.resolve("state"))
            .missionsPath(folder.resolve("missions"))
            .pluginDirectory(jars)
            .build();
    try (LazarusPit pit = LazarusPit.builder(config).build()) {
      assertEquals(1, pit.pluginProblems().size());
      assertEquals("theirs.Thrower in thrower.jar", pit.pluginProblems().get(0).plugin());
    }
    PitConfig unknown = config.toBuilder().reviver("lightning").build();
    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> LazarusPit.builder(unknown).build());
    assertTrue(e.getMessage().startsWith("there is no reviver \"lightning\""), e::getMessage);
    PitConfig nobodys = config.toBuilder().ownership("unknown").build();
    assertEquals(
        "there is no cell ownership \"unknown\", expected one of [file-lock]",
        assertThrows(IllegalArgumentException.class, () -> LazarusPit.builder(nobodys).build())
            .getMessage());
  }

  /** The other tests run in a named module in the build. */
  @Test
  void aPitOnTheClassPathFindsTheSame() throws Exception {
    pack("Good");
    pack("Thrower");
    Process pit =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                PitProcess.classPath(),
                PluginLister.class.getName(),
                jars.toString())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    List<String> output = new String(pit.getInputStream().readAllBytes(), UTF_8).lines().toList();
    assertEquals(0, pit.waitFor());
    assertEquals("named module: false", output.get(0));
    assertTrue(output.get(1).contains("gateway-http, good"), output::toString);
    assertTrue(output.get(2).startsWith("theirs.Thrower in thrower.jar: "), output::toString);
    assertEquals(3, output.size(), output::toString);
  }
}
