package org.lazaruspit.pit.internal.probe;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.lazaruspit.cell.CellPaths;
import org.lazaruspit.pit.internal.os.SafeDirectories;

/**
 * File for the heartbeats of an agent without a network: {@code checkpoints/<agent_id>/heartbeat}
 * in its cell, in the folder that an agent may write at every isolation level. An agent may put
 * anything there: links are not followed, FIFOs not waited for, and at most 64 KiB are read.
 * Immutable.
 */
public final class HeartbeatFile {

  /** The limit of gateways. */
  static final int MAX_BYTES = 64 << 10;

  private static final String NAME = "heartbeat";
  private static final String PREVIOUS = "heartbeat.previous";

  /** Opening a FIFO for both does not wait for the other end. */
  private static final Set<OpenOption> READ_WITHOUT_WAITING =
      Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);

  private static final Set<OpenOption> READ =
      Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);

  private final Path path;

  /**
   * Names a heartbeat file.
   *
   * @param path a path from {@link #path}
   */
  public HeartbeatFile(Path path) {
    this.path = path;
  }

  /**
   * Returns the path of an agent's heartbeat file.
   *
   * @param cellDirectory the agent's cell
   * @param agentId the agent's id
   * @return {@code checkpoints/<agent_id>/heartbeat}
   */
  public static Path path(Path cellDirectory, String agentId) {
    return CellPaths.of(cellDirectory).checkpoint(agentId).resolve(NAME);
  }

  /**
   * Attributes that tell one heartbeat from the next.
   *
   * @param modified the time of the last change or touch
   * @param size the size in bytes
   * @param identity the identity in the file system, if any
   * @param regular whether it is a regular file
   */
  public record Stamp(FileTime modified, long size, @Nullable Object identity, boolean regular) {}

  /**
   * Heartbeat from a file.
   *
   * @param text the JSON; empty for a bare sign of life
   * @param incarnation the incarnation in the JSON
   * @param complaint the problem with the content, which then is dropped
   */
  public record Beat(String text, OptionalLong incarnation, Optional<String> complaint) {}

  /**
   * Returns the attributes of the file.
   *
   * @return empty if there is no file
   * @throws IOException if they cannot be read
   */
  public Optional<Stamp> stamp() throws IOException {
    try {
      BasicFileAttributes attributes =
          Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
      return Optional.of(
          new Stamp(
              attributes.lastModifiedTime(),
              attributes.size(),
              attributes.fileKey(),
              attributes.isRegularFile()));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  /**
   * Returns whether the agent has ever written the file, in this incarnation or an earlier one.
   *
   * @return true if it has
   */
  public boolean used() {
    return Files.exists(path, LinkOption.NOFOLLOW_LINKS)
        || Files.exists(path.resolveSibling(PREVIOUS), LinkOption.NOFOLLOW_LINKS);
  }

  /**
   * Moves aside the file of an earlier incarnation, so that a later file comes from the next one.
   * Call it only while no process of the agent runs.
   *
   * @throws IOException if the file cannot be moved, or the folder is not a directory
   */
  public void begin() throws IOException {
    SafeDirectories.ensureAround(folder());
    SafeDirectories.ensureAround(path);
    try (SecureDirectoryStream<Path> open = open()) {
      Path name = path.getFileSystem().getPath(NAME);
      open.move(name, open, path.getFileSystem().getPath(PREVIOUS));
    } catch (NoSuchFileException e) {
      return; // the previous file stays
    }
  }

  /**
   * Reads the heartbeat.
   *
   * @param seen the result of {@link #stamp}
   * @return the heartbeat; a bare sign of life with the problem if the content is malformed
   * @throws IOException if it is no heartbeat: not a regular file, or not in the agent's own folder
   */
  public Beat read(Stamp seen) throws IOException {
    if (!seen.regular()) {
      throw new IOException("is not a regular file");
    }
    byte[] bytes = bytes();
    if (bytes.length > MAX_BYTES) {
      return bare("has more than " + MAX_BYTES + " bytes");
    }
    try {
      String text = new String(bytes, StandardCharsets.UTF_8);
      return new Beat(text, HeartbeatJson.parse(text).incarnation(), Optional.empty());
    } catch (IOException e) {
      return bare(String.valueOf(e.getMessage()));
    }
  }

  private static Beat bare(String complaint) {
    return new Beat("", OptionalLong.empty(), Optional.of(complaint));
  }

  private byte[] bytes() throws IOException {
    try (SecureDirectoryStream<Path> open = open();
        SeekableByteChannel channel = channel(open)) {
      // A FIFO or a device has no size, and is not read.
      int expected = (int) Math.min(channel.size(), MAX_BYTES + 1L);
      ByteBuffer buffer = ByteBuffer.allocate(expected);
      while (buffer.hasRemaining() && channel.read(buffer) >= 0) {
        // until the buffer is full, or the file ends
      }
      byte[] bytes = new byte[buffer.position()];
      buffer.flip().get(bytes);
      return bytes;
    }
  }

  private SeekableByteChannel channel(SecureDirectoryStream<Path> open) throws IOException {
    Path name = path.getFileSystem().getPath(NAME);
    try {
      return open.newByteChannel(name, READ_WITHOUT_WAITING);
    } catch (AccessDeniedException e) {
      return open.newByteChannel(name, READ); // a file of another user
    }
  }

  /** Opens the folder from the cell on, through no link. */
  private SecureDirectoryStream<Path> open() throws IOException {
    Path checkpoints = parent(folder());
    try (SecureDirectoryStream<Path> cell = secure(parent(checkpoints));
        SecureDirectoryStream<Path> all =
            cell.newDirectoryStream(checkpoints.getFileName(), LinkOption.NOFOLLOW_LINKS)) {
      return all.newDirectoryStream(folder().getFileName(), LinkOption.NOFOLLOW_LINKS);
    }
  }

  @SuppressWarnings("StreamResourceLeak") // closed by the caller
  private static SecureDirectoryStream<Path> secure(Path directory) throws IOException {
    DirectoryStream<Path> stream = Files.newDirectoryStream(directory);
    if (stream instanceof SecureDirectoryStream<Path> secure) {
      return secure;
    }
    stream.close();
    throw new IOException("cannot be reached safely on this file system");
  }

  private Path folder() {
    return parent(path);
  }

  private static Path parent(Path of) {
    return Objects.requireNonNull(of.getParent(), "a heartbeat file lies three folders deep");
  }
}
