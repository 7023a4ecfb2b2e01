package org.lazaruspit.pit.internal.process;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
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
import java.util.stream.Stream;
import org.lazaruspit.pit.internal.os.AgentMark;
import org.lazaruspit.pit.internal.os.SafeDirectories;

/**
 * File that an agent's keeper holds under flock(2) until the last process of the agent's tree has
 * ended, and that the tree holds through an inherited descriptor. The {@link AgentRecord} is beside
 * it.
 *
 * <p>The lock has two names: one in the pit's state directory, out of reach of agents, and one in
 * the cell, for pits with another state directory. The second is a hard link to the first, or a
 * lock of its own if the directories are on different file systems.
 */
final class AgentLock {

  /**
   * Exit status of {@code flock} for a held lock. Not one of {@code sysexits.h}: agents use those
   * to report the reason of their end.
   */
  static final int HELD_STATUS = 113;

  private static final String RECORD_SCRIPT = HelperScript.read("record-agent.sh");

  private static final int MAX_RECORD_BYTES = 8192;

  private static final String HELD = Integer.toString(HELD_STATUS);

  private static final long CHECK_LIMIT_SECONDS = 10;

  /** Seconds that a start waits for the lock: checks hold it for a moment, and must not refuse. */
  static final String START_PATIENCE = "2";

  private final FlockHelper flockHelper;
  private final Path own;
  private final Optional<Path> shared;

  /**
   * Names a lock; creates and opens no file.
   *
   * @param own the real path in the state directory
   * @param shared the real path in the cell; empty if the cell is unknown
   */
  AgentLock(FlockHelper flockHelper, Path own, Optional<Path> shared) {
    this.flockHelper = flockHelper;
    this.own = own;
    this.shared = shared;
  }

  /** Returns the path in the state directory. */
  Path own() {
    return own;
  }

  /** Returns the path in the cell. */
  Optional<Path> shared() {
    return shared;
  }

  /** Returns the value of {@link AgentMark} for this lock. */
  String mark() {
    return AgentMark.value(own, shared);
  }

  /** Returns the names of the lock, as marks have them. */
  List<String> names() {
    return Stream.concat(Stream.of(own), shared.stream()).map(Path::toString).toList();
  }

  /** Returns the files to lock: both names, or one if they are the same file. */
  List<Path> files() throws IOException {
    return files(own, shared);
  }

  /**
   * Returns the files of the record, beside the locks. An agent inherits the lock's descriptor, and
   * could write through it.
   */
  List<Path> records() throws IOException {
    return files(recordOf(own), shared.map(AgentLock::recordOf));
  }

  /** Returns the record's path in the state directory. */
  Path ownRecord() {
    return recordOf(own);
  }

  private static Path recordOf(Path lock) {
    String name = Objects.requireNonNull(lock.getFileName()).toString();
    return lock.resolveSibling(name.replaceFirst("\\.lock$", ".record"));
  }

  private static List<Path> files(Path own, Optional<Path> shared) throws IOException {
    if (shared.isEmpty()) {
      return List.of(own);
    }
    Path other = requireRegular(shared.get());
    if (Files.isSymbolicLink(Objects.requireNonNull(other.getParent()))) {
      throw new IOException(other.getParent() + " is a link, not trusted as a folder of locks");
    }
    boolean same = Files.exists(own) && Files.exists(other) && Files.isSameFile(own, other);
    return same ? List.of(own) : List.of(own, other);
  }

  /** Creates missing folders and files. */
  void prepare() throws IOException {
    Files.createDirectories(own.getParent());
    prepare(own, shared);
    prepare(recordOf(own), shared.map(AgentLock::recordOf));
  }

  private static void prepare(Path own, Optional<Path> shared) throws IOException {
    if (shared.isPresent()) {
      SafeDirectories.ensureAround(Objects.requireNonNull(shared.get().getParent()));
      SafeDirectories.ensureAround(shared.get());
      requireRegular(shared.get());
      if (Files.notExists(shared.get())) {
        create(own);
        link(shared.get(), own);
      } else if (Files.notExists(own)) {
        link(own, shared.get());
      }
    } else if (Files.notExists(own)) {
      create(own);
    }
  }

  private static void link(Path link, Path existing) throws IOException {
    try {
      Files.createLink(link, existing);
    } catch (IOException | UnsupportedOperationException e) {
      create(link); // on another file system: two locks, and the guard takes both
    }
  }

  private static void create(Path file) throws IOException {
    try {
      Files.createFile(
          file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    } catch (FileAlreadyExistsException e) {
      requireRegular(file);
    }
  }

  /** An agent may write in its cell, and must not lead the pit elsewhere with a planted file. */
  private static Path requireRegular(Path file) throws IOException {
    if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)
        && !Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
      throw new IOException(file + " is not a regular file, not trusted as a lock");
    }
    return file;
  }

  /**
   * Wraps a command to run in a session of its own under these locks, without a keeper; refused if
   * one is held.
   *
   * @param recordHead the first lines of the record, which the wrapper writes
   */
  static List<String> guard(
      List<Path> locks, List<Path> records, String recordHead, List<String> command) {
    List<String> guarded = new ArrayList<>(List.of("setsid"));
    for (Path file : locks) {
      guarded.addAll(List.of("flock", "-w", START_PATIENCE, "-E", HELD, "-F", file.toString()));
    }
    guarded.addAll(List.of("sh", "-c", RECORD_SCRIPT, "sh", recordHead));
    records.forEach(file -> guarded.add(file.toString()));
    guarded.add("--");
    guarded.addAll(command);
    return guarded;
  }

  /**
   * Returns the record of the last start; empty without a record. With two lock files, the later
   * start of both counts.
   */
  Optional<AgentRecord> record() throws IOException {
    Optional<AgentRecord> latest = Optional.empty();
    for (Path file : records()) {
      Optional<AgentRecord> found = record(file);
      if (latest.isEmpty() || found.filter(latest.get()::isBefore).isPresent()) {
        latest = found;
      }
    }
    return latest;
  }

  private static Optional<AgentRecord> record(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS)) {
      return AgentRecord.parse(new String(in.readNBytes(MAX_RECORD_BYTES), UTF_8));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  /** Returns whether the lock is free; waits 10 s at most. */
  boolean isFree() throws IOException, InterruptedException {
    if (files().stream().noneMatch(Files::exists)) {
      return true;
    }
    try {
      return isFreeAsync().get(CHECK_LIMIT_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      throw new IOException(own + ": lock cannot be checked", e.getCause());
    } catch (TimeoutException e) {
      throw new IOException(own + ": lock not checked within " + CHECK_LIMIT_SECONDS + " s", e);
    }
  }

  /** As {@link #isFree}, without waiting. */
  CompletableFuture<Boolean> isFreeAsync() {
    try {
      return flockHelper.isFree(files());
    } catch (IOException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  /** See {@link FlockHelper#whenFree}. */
  CompletableFuture<Void> whenFree() throws IOException {
    return flockHelper.whenFree(files());
  }
}
