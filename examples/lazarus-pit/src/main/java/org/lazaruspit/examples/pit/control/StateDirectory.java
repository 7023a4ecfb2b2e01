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
 * The daemon's own files: {@code token}, {@code pit.json} while it runs, and the lock that keeps a
 * second daemon out, which the kernel lets go of however the first one ends.
 */
public final class StateDirectory implements AutoCloseable {

  static final String TOKEN = "token";

  private static final Logger log = LoggerFactory.getLogger(StateDirectory.class);
  private static final String LOCK = "daemon.lock";
  private static final int TOKEN_BYTES = 32;
  private static final int MAX_TOKEN_BYTES = 4096;
  private static final Set<PosixFilePermission> OURS_ALONE =
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
   * Takes a state directory for this daemon; it is made where there is none.
   *
   * @throws IOException if another daemon has it, or its files cannot be used
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
            "state_directory: %s is in use by another daemon%s: stop that one, or set another one"
                .formatted(directory, whose(directory)));
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

  private static String whose(Path directory) {
    try {
      return PitFile.read(directory).map(file -> " (pid " + file.pid() + ")").orElse("");
    } catch (IOException e) {
      return "";
    }
  }

  /** What clients have to show. */
  public String token() {
    return token;
  }

  /** Says where this daemon can be asked. */
  public void announce(Instant startedAt, URI controlUrl) throws IOException {
    PitFile file = PitFile.ofThisProcess(startedAt, controlUrl);
    file.write(directory);
    announced = file;
  }

  /** Takes the announcement back, and lets the next daemon in. */
  @Override
  public void close() throws IOException {
    try (channel) {
      if (announced != null) {
        announced = null;
        Files.deleteIfExists(directory.resolve(PitFile.NAME));
      }
    }
  }

  /** The token of a state directory, made if there is none. */
  private static String ownToken(Path directory) throws IOException {
    Path file = directory.resolve(TOKEN);
    byte[] random = new byte[TOKEN_BYTES];
    new SecureRandom().nextBytes(random);
    String fresh = Base64.getUrlEncoder().withoutPadding().encodeToString(random);
    try (FileChannel made =
        FileChannel.open(
            file,
            EnumSet.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
            PosixFilePermissions.asFileAttribute(OURS_ALONE))) {
      made.write(ByteBuffer.wrap((fresh + "\n").getBytes(StandardCharsets.US_ASCII)));
      made.force(true);
    } catch (FileAlreadyExistsException e) {
      keepToOurselves(file);
    }
    return readToken(directory);
  }

  /** A link could lead to a file that is none of ours to read, or to change. */
  private static void requireRegular(Path file) throws IOException {
    if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)
        && !Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
      throw new IOException(file + ": is not a regular file");
    }
  }

  private static void keepToOurselves(Path file) throws IOException {
    requireRegular(file);
    Set<PosixFilePermission> found = Files.getPosixFilePermissions(file, LinkOption.NOFOLLOW_LINKS);
    if (!OURS_ALONE.containsAll(found)) {
      Files.setPosixFilePermissions(file, OURS_ALONE);
      log.warn(
          "{} had mode {}, others may have read it: delete it while no daemon runs to get a new one",
          file,
          PosixFilePermissions.toString(found));
    }
  }

  /**
   * Reads the token as a client.
   *
   * @throws IOException if it cannot be read or is none
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
          file + ": holds no token, delete it and the next start of the daemon makes one");
    }
    return token;
  }
}
