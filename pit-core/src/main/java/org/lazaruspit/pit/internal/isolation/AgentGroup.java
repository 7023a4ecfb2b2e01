package org.lazaruspit.pit.internal.isolation;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Control group of version 2 that holds all processes of one agent, see cgroups(7). */
public final class AgentGroup {

  private AgentGroup() {}

  /** Returns whether the group and its subgroups have no process; a missing group has none. */
  public static boolean isEmpty(Path group) {
    try {
      return Files.readAllLines(group.resolve("cgroup.events")).contains("populated 0");
    } catch (NoSuchFileException e) {
      return Files.notExists(group);
    } catch (IOException e) {
      return !Files.exists(group); // removed while it was read
    }
  }

  /** Returns the processes of the group and its subgroups. */
  public static List<Long> members(Path group) {
    List<Long> pids = new ArrayList<>();
    try (Stream<Path> inside = Files.walk(group)) {
      for (Path directory : inside.filter(Files::isDirectory).toList()) {
        Files.readAllLines(directory.resolve("cgroup.procs"))
            .forEach(p -> pids.add(Long.valueOf(p)));
      }
    } catch (IOException | UncheckedIOException e) {
      return pids; // removed while it was read
    }
    return pids;
  }

  /**
   * Kills every process of the group and its subgroups at once; returns false if the kernel cannot
   * (before 5.14).
   */
  public static boolean kill(Path group) {
    try (var file = Files.newByteChannel(group.resolve("cgroup.kill"), StandardOpenOption.WRITE)) {
      file.write(ByteBuffer.wrap("1".getBytes(UTF_8)));
      return true;
    } catch (IOException e) {
      return false;
    }
  }
}
