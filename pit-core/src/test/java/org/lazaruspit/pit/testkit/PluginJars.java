package org.lazaruspit.pit.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.spi.ToolProvider;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.lazaruspit.pit.LazarusPit;

/** Builds plug-ins as third parties do: compiled against the pit, packed into JAR files. */
public final class PluginJars {

  private PluginJars() {}

  /** Compiles classes of the package {@code theirs}, by simple name. */
  public static void compile(Path into, Map<String, String> sources) throws IOException {
    Path folder = Files.createDirectories(into.resolveSibling("sources").resolve("theirs"));
    List<String> arguments =
        new ArrayList<>(
            List.of("-proc:none", "-nowarn", "-d", into.toString(), "-cp", thePit().toString()));
    for (Map.Entry<String, String> source : sources.entrySet()) {
      String text =
          "package theirs; import org.lazaruspit.pit.spi.*; import java.util.*;"
              + source.getValue();
      arguments.add(Files.writeString(folder.resolve(source.getKey() + ".java"), text).toString());
    }
    javac(arguments);
  }

  /** Compiles the descriptor of a module that provides a probe of the package {@code theirs}. */
  public static Path describe(Path into, String type) throws IOException {
    Path pit = Files.createDirectories(into.resolve("source/pit/org/lazaruspit/pit/spi"));
    Path theirs = Files.createDirectories(into.resolve("source/theirs/theirs"));
    Files.writeString(
        pit.resolve("HealthProbe.java"),
        "package org.lazaruspit.pit.spi; public interface HealthProbe {}");
    Files.writeString(
        into.resolve("source/pit/module-info.java"),
        "module pit { exports org.lazaruspit.pit.spi; }");
    Files.writeString(
        theirs.resolve(type + ".java"),
        "package theirs; public class %s implements org.lazaruspit.pit.spi.HealthProbe {}"
            .formatted(type));
    Files.writeString(
        into.resolve("source/theirs/module-info.java"),
        "module theirs { requires pit; provides org.lazaruspit.pit.spi.HealthProbe with theirs.%s; }"
            .formatted(type));
    Path out = into.resolve("classes");
    javac(
        List.of(
            "-d",
            out.toString(),
            "--module-source-path",
            into.resolve("source").toString(),
            "--module",
            "theirs"));
    return out.resolve("theirs").resolve("module-info.class");
  }

  private static void javac(List<String> arguments) {
    StringWriter output = new StringWriter();
    PrintWriter out = new PrintWriter(output);
    int status =
        ToolProvider.findFirst("javac")
            .orElseThrow()
            .run(out, out, arguments.toArray(String[]::new));
    if (status != 0) {
      throw new IllegalStateException(output.toString());
    }
  }

  private static Path thePit() {
    try {
      return Path.of(LazarusPit.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Packs a JAR with some compiled classes, including nested ones, and a list of providers. */
  public static void pack(Path jar, Path classes, Class<?> service, String list, String... names)
      throws IOException {
    try (OutputStream file = Files.newOutputStream(jar);
        ZipOutputStream zip = new ZipOutputStream(file)) {
      zip.putNextEntry(new ZipEntry("META-INF/services/" + service.getName()));
      zip.write(list.getBytes(UTF_8));
      for (String name : names) {
        try (Stream<Path> found = Files.list(classes.resolve("theirs"))) {
          for (Path path : found.filter(each -> isOf(each, name)).toList()) {
            zip.putNextEntry(new ZipEntry("theirs/" + path.getFileName()));
            zip.write(Files.readAllBytes(path));
          }
        }
      }
    }
  }

  private static boolean isOf(Path file, String name) {
    String text = file.getFileName().toString();
    return text.equals(name + ".class") || text.startsWith(name + "$");
  }
}
