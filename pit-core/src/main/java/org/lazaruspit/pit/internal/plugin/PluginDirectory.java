package org.lazaruspit.pit.internal.plugin;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.lang.module.ModuleDescriptor;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.lazaruspit.pit.PluginProblem;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Plug-ins in the JAR files of a directory, in one class loader below that of the pit, so that a
 * plug-in may bring its libraries as further JAR files. Reads file by file: problems name the file
 * and the class, which {@link java.util.ServiceLoader} cannot, and include files that are not JARs,
 * which {@link URLClassLoader} ignores.
 */
final class PluginDirectory implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(PluginDirectory.class);
  private static final int MAX_LIST_BYTES = 1 << 16;

  private final List<Path> jars;
  private final URLClassLoader loader;

  private PluginDirectory(List<Path> jars, URLClassLoader loader) {
    this.jars = jars;
    this.loader = loader;
  }

  static PluginDirectory open(Path folder, Consumer<PluginProblem> problems) {
    List<Path> jars = new ArrayList<>();
    List<URL> urls = new ArrayList<>();
    for (Path file : files(folder, problems)) {
      try (ZipFile jar = new ZipFile(file.toFile())) {
        log.debug("{} has {} entries", file, jar.size());
        urls.add(file.toUri().toURL());
        jars.add(file);
      } catch (IOException e) {
        problems.accept(
            new PluginProblem(name(file), "cannot be read as a JAR file: " + e.getMessage()));
      }
    }
    ClassLoader parent = PluginDirectory.class.getClassLoader();
    return new PluginDirectory(
        jars, new URLClassLoader("pit-plugins", urls.toArray(URL[]::new), parent));
  }

  private static Set<Path> files(Path folder, Consumer<PluginProblem> problems) {
    Set<Path> files = new TreeSet<>();
    if (!Files.isDirectory(folder)) {
      problems.accept(new PluginProblem(folder.toString(), "plugin_directory: not a directory"));
      return files;
    }
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder, "*.jar")) {
      entries.forEach(files::add);
    } catch (IOException | RuntimeException e) {
      problems.accept(
          new PluginProblem(folder.toString(), "plugin_directory: cannot be listed: " + e));
    }
    return files;
  }

  private static String name(Path file) {
    return String.valueOf(file.getFileName());
  }

  <T> List<PluginCandidate<T>> find(PluginKind<T> kind, Consumer<PluginProblem> problems) {
    List<PluginCandidate<T>> found = new ArrayList<>();
    for (Path jar : jars) {
      try {
        for (String type : providers(jar, kind.type().getName())) {
          if (!comesWithThePit(type)) {
            String label = type + " in " + name(jar);
            found.add(
                new PluginCandidate<>(
                    PluginCandidate.IN_THE_DIRECTORY, type, label, () -> make(kind, type)));
          }
        }
      } catch (IOException | RuntimeException e) {
        problems.accept(
            new PluginProblem(name(jar), "its list of plug-ins cannot be read: " + e.getMessage()));
      }
    }
    return found;
  }

  /**
   * Returns whether the class comes with the pit: a JAR that includes the pit lists built-in
   * plug-ins too.
   */
  private static boolean comesWithThePit(String type) {
    return PluginDirectory.class.getClassLoader().getResource(type.replace('.', '/') + ".class")
        != null;
  }

  private <T> T make(PluginKind<T> kind, String type) throws ReflectiveOperationException {
    Class<?> found = Class.forName(type, true, loader);
    if (!kind.type().isAssignableFrom(found)) {
      throw new IllegalArgumentException("it does not implement " + kind.type().getName());
    }
    try {
      return kind.type().cast(found.getConstructor().newInstance());
    } catch (NoSuchMethodException e) {
      throw new IllegalArgumentException("it has no public constructor without arguments", e);
    }
  }

  /** Returns the providers that a JAR declares in {@code META-INF/services} and as a module. */
  private static Set<String> providers(Path file, String service) throws IOException {
    Set<String> types = new TreeSet<>();
    try (ZipFile jar = new ZipFile(file.toFile())) {
      ZipEntry list = jar.getEntry("META-INF/services/" + service);
      if (list != null) {
        try (InputStream in = jar.getInputStream(list)) {
          String text = new String(in.readNBytes(MAX_LIST_BYTES), UTF_8);
          text.lines().map(PluginDirectory::listed).filter(l -> !l.isEmpty()).forEach(types::add);
        }
      }
      ZipEntry module = jar.getEntry("module-info.class");
      if (module != null) {
        try (InputStream in = jar.getInputStream(module)) {
          ModuleDescriptor.read(in).provides().stream()
              .filter(provides -> provides.service().equals(service))
              .forEach(provides -> types.addAll(provides.providers()));
        }
      }
    }
    return types;
  }

  private static String listed(String line) {
    int comment = line.indexOf('#');
    return (comment < 0 ? line : line.substring(0, comment)).strip();
  }

  @Override
  public void close() throws IOException {
    loader.close();
  }
}
