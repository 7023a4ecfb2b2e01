package org.lazaruspit.examples.pit.control;

import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Base64;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Files of the daemon: {@code token}, {@code pit.json} while the daemon runs, and a lock against a
 * second daemon, which the kernel releases at the end of the process.
 */
public final class StateDirectory implements AutoCloseable {

  static final String TOKEN = "token";

  private static final Logger log = LoggerFactory.getLogger(StateDirectory.class);
  private static final String LOCK = "daemon.lock";
  private static final int TOKEN_BYTES = 32;
  private static final int MAX_TOKEN_BYTES = 4096;
  private static final Set<PosixFilePermission> OWNER_ONLY =
      PosixFilePermissions.fromString("rw-------");

  private final Path directory;
  private final FileChannel channel;
  private final String token;
  private @Nullable PitFile announced;

  private StateDirectory(Path directory, FileChannel channel) throws IOException {
    this.directory = directory;
    this.channel = channel;
    this.token = ownToken(directory);
  }

  /**
   * Locks a state directory for this daemon; creates the directory if it is missing.
   *
   * @throws IOException if another daemon holds the lock, or the files cannot be used
   */
  public static StateDirectory take(Path directory) throws IOException {
    try {
      Files.createDirectories(directory);
    } catch (FileAlreadyExistsException e) {
      throw new IOException("state_directory: " + directory + " is not a directory", e);
    }
    FileChannel channel =
        FileChannel.open(
            directory.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    boolean taken = false;
    try {
      if (!isFree(channel)) {
        throw new IOException(
            "state_directory: %s is in use by another daemon%s: stop that daemon, or set another directory"
                .formatted(directory, holder(directory)));
      }
      StateDirectory state = new StateDirectory(directory, channel);
      taken = true;
      return state;
    } finally {
      if (!taken) {
        channel.close();
      }
    }
  }

  /** The lock is held as long as its channel is open. */
  private static boolean isFree(FileChannel channel) throws IOException {
    try {
      FileLock lock = channel.tryLock();
      return lock != null;
    } catch (OverlappingFileLockException e) {
      return false;
    }
  }

  private static String holder(Path directory) {
    try {
      return PitFile.read(directory).map(file -> " (pid " + file.pid() + ")").orElse("");
    } catch (IOException e) {
      return "";
    }
  }

  /** Returns the token that clients send. */
  public String token() {
    return token;
  }

  /** Writes {@code pit.json}. */
  public void announce(Instant startedAt, URI controlUrl) throws IOException {
    PitFile file = PitFile.ofThisProcess(startedAt, controlUrl);
    file.write(directory);
    announced = file;
  }

  /** Deletes {@code pit.json} and releases the lock. */
  @Override
  public void close() throws IOException {
    try (channel) {
      if (announced != null) {
        announced = null;
        Files.deleteIfExists(directory.resolve(PitFile.NAME));
      }
    }
  }

  /** Returns the token; creates it if it is missing. */
  private static String ownToken(Path directory) throws IOException {
    Path file = directory.resolve(TOKEN);
    byte[] random = new byte[TOKEN_BYTES];
    new SecureRandom().nextBytes(random);
    String generated = Base64.getUrlEncoder().withoutPadding().encodeToString(random);
    try (FileChannel made =
        FileChannel.open(
            file,
            EnumSet.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
            PosixFilePermissions.asFileAttribute(OWNER_ONLY))) {
      made.write(ByteBuffer.wrap((generated + "\n").getBytes(StandardCharsets.US_ASCII)));
      made.force(true);
    } catch (FileAlreadyExistsException e) {
      restrictToOwner(file);
    }
    return readToken(directory);
  }

  /** Refuses links, which could lead to any file. */
  private static void requireRegular(Path file) throws IOException {
    if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)
        && !Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
      throw new IOException(file + ": is not a regular file");
    }
  }

  private static void restrictToOwner(Path file) throws IOException {
    requireRegular(file);
    Set<PosixFilePermission> found = Files.getPosixFilePermissions(file, LinkOption.NOFOLLOW_LINKS);
    if (!OWNER_ONLY.containsAll(found)) {
      Files.setPosixFilePermissions(file, OWNER_ONLY);
      log.warn(
          "{}: had mode {}, so other users may know the token; set to owner only (for a new token, delete"
              + " the file while no daemon runs)",
          file,
          PosixFilePermissions.toString(found));
    }
  }

  /**
   * Reads the token as a client.
   *
   * @throws IOException if the file cannot be read or holds no token
   */
  public static String readToken(Path directory) throws IOException {
    Path file = directory.resolve(TOKEN);
    requireRegular(file);
    if (Files.size(file) > MAX_TOKEN_BYTES) {
      throw new IOException(file + ": has over " + MAX_TOKEN_BYTES + " bytes, expected one token");
    }
    String token = Files.readString(file, StandardCharsets.ISO_8859_1).strip();
    if (token.length() < 16 || !token.chars().allMatch(c -> c > ' ' && c < 0x7f)) {
      throw new IOException(
          file + ": holds no token; delete the file, the next start of the daemon creates a token");
    }
    return token;
  }
}
