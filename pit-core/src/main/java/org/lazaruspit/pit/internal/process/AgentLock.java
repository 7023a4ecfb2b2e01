package org.lazaruspit.pit.internal.process;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.lazaruspit.pit.internal.os.AgentMark;
import org.lazaruspit.pit.internal.os.SafeDirectories;

/**
 * The kernel's book on who is alive: a file that an agent's whole process tree holds under
 * flock(2), inherited through an open descriptor. Free means that nothing that inherited it is
 * left.
 *
 * <p>It has two names. One is in the pit's state directory, where no agent has any business. The
 * other is in the cell, where a pit with another state directory finds it: as a hard link, so that
 * both are one lock, or as a lock of its own where the two are on different file systems.
 */
final class AgentLock {

  /**
   * What {@code flock} ends with when the lock is held. No status of {@code sysexits.h}: with those
   * an agent tells why it ended.
   */
  static final int HELD_STATUS = 113;

  private static final String HELD = Integer.toString(HELD_STATUS);

  private static final long ANSWER_WITHIN_SECONDS = 10;

  /**
   * Seconds: whoever only asks or watches holds the lock for a moment, and must not refuse a start.
   */
  static final String START_PATIENCE = "2";

  private final FlockHelper desk;
  private final Path own;
  private final Optional<Path> shared;

  /**
   * A lock by its names; nothing is made or opened yet.
   *
   * @param own its real name in the state directory
   * @param shared its real name in the cell; empty where the cell isn't known
   */
  AgentLock(FlockHelper desk, Path own, Optional<Path> shared) {
    this.desk = desk;
    this.own = own;
    this.shared = shared;
  }

  /** Its name in the state directory. */
  Path own() {
    return own;
  }

  /** Its name in the cell. */
  Optional<Path> shared() {
    return shared;
  }

  /** Returns the value of {@link AgentMark} for this lock. */
  String mark() {
    return AgentMark.value(own, shared);
  }

  /** Whether that is a name of this lock. */
  boolean isCalled(String name) {
    return own.toString().equals(name)
        || shared.filter(file -> file.toString().equals(name)).isPresent();
  }

  /** Both names, or one where they are one lock. */
  List<Path> files() throws IOException {
    if (shared.isEmpty()) {
      return List.of(own);
    }
    Path other = requireRegular(shared.get());
    if (Files.isSymbolicLink(Objects.requireNonNull(other.getParent()))) {
      throw new IOException(other.getParent() + " is a link: no lock can be trusted there");
    }
    boolean one = Files.exists(own) && Files.exists(other) && Files.isSameFile(own, other);
    return one ? List.of(own) : List.of(own, other);
  }

  /** Makes what isn't there yet. */
  void prepare() throws IOException {
    Files.createDirectories(own.getParent());
    if (shared.isPresent()) {
      SafeDirectories.ensureAround(Objects.requireNonNull(shared.get().getParent()));
      SafeDirectories.ensureAround(shared.get());
      requireRegular(shared.get());
      if (Files.notExists(shared.get())) {
        make(own);
        link(shared.get(), own);
      } else if (Files.notExists(own)) {
        link(own, shared.get());
      }
    }
  }

  private static void link(Path link, Path existing) throws IOException {
    try {
      Files.createLink(link, existing);
    } catch (IOException | UnsupportedOperationException e) {
      make(link); // on another file system: two locks, and the guard takes both
    }
  }

  private static void make(Path file) throws IOException {
    try {
      Files.createFile(
          file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    } catch (FileAlreadyExistsException e) {
      requireRegular(file);
    }
  }

  /** An agent may write in its cell: what it plants there must not lead us elsewhere. */
  private static Path requireRegular(Path file) throws IOException {
    if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)
        && !Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
      throw new IOException(file + " is not a regular file: no lock can be trusted there");
    }
    return file;
  }

  /** The command, in a session of its own, under these locks; refused while one is held. */
  static List<String> guard(List<Path> locks, List<String> command) {
    List<String> guarded = new ArrayList<>(List.of("setsid"));
    for (Path file : locks) {
      guarded.addAll(List.of("flock", "-w", START_PATIENCE, "-E", HELD, "-F", file.toString()));
    }
    guarded.addAll(command);
    return guarded;
  }

  boolean isFree() throws IOException, InterruptedException {
    if (files().stream().noneMatch(Files::exists)) {
      return true;
    }
    try {
      return askFree().get(ANSWER_WITHIN_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      throw new IOException(own + ": its lock cannot be asked about", e.getCause());
    } catch (TimeoutException e) {
      throw new IOException(own + ": nobody answers about its lock", e);
    }
  }

  /** As {@link #isFree}, without waiting for the answer. */
  CompletableFuture<Boolean> askFree() {
    try {
      return desk.isFree(files());
    } catch (IOException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  /** See {@link FlockHelper#whenFree}. */
  CompletableFuture<Void> whenFree() throws IOException {
    return desk.whenFree(files());
  }
}
