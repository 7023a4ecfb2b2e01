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
 * The file by which an agent without a network says that it lives: {@code
 * checkpoints/<agent_id>/heartbeat} in its cell, in the one folder that it may always write. The
 * agent may put anything there: nothing is followed, nothing is waited for, and only so much is
 * read. Immutable.
 */
public final class HeartbeatFile {

  /** As much as a gateway takes. */
  static final int MAX_BYTES = 64 << 10;

  private static final String NAME = "heartbeat";
  private static final String PREVIOUS = "heartbeat.previous";

  /** Opening a FIFO for both does not wait for somebody at its other end. */
  private static final Set<OpenOption> READ_WITHOUT_WAITING =
      Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);

  private static final Set<OpenOption> READ =
      Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);

  private final Path path;

  /**
   * A heartbeat file.
   *
   * @param path as {@link #path} tells it
   */
  public HeartbeatFile(Path path) {
    this.path = path;
  }

  /**
   * Where the heartbeat file of an agent is.
   *
   * @param cellDirectory its cell
   * @param agentId the agent
   * @return {@code checkpoints/<agent_id>/heartbeat}
   */
  public static Path path(Path cellDirectory, String agentId) {
    return CellPaths.of(cellDirectory).checkpoint(agentId).resolve(NAME);
  }

  /**
   * What tells one heartbeat from the next.
   *
   * @param modified when the file was changed or touched
   * @param size its bytes
   * @param identity what the file system knows it by
   * @param regular whether it is a file at all
   */
  public record Stamp(FileTime modified, long size, @Nullable Object identity, boolean regular) {}

  /**
   * A heartbeat.
   *
   * @param text its JSON, empty where it says no more than that the agent lives
   * @param incarnation the incarnation that it says it comes from
   * @param complaint what is wrong with what it says, which then is left out
   */
  public record Beat(String text, OptionalLong incarnation, Optional<String> complaint) {}

  /**
   * What is there now.
   *
   * @return empty where there is nothing
   * @throws IOException if it cannot be looked at
   */
  public Optional<Stamp> stamp() throws IOException {
    try {
      BasicFileAttributes there =
          Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
      return Optional.of(
          new Stamp(
              there.lastModifiedTime(), there.size(), there.fileKey(), there.isRegularFile()));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  /**
   * Whether the agent has ever beaten by this file, in this incarnation or an earlier one.
   *
   * @return true if so
   */
  public boolean used() {
    return Files.exists(path, LinkOption.NOFOLLOW_LINKS)
        || Files.exists(path.resolveSibling(PREVIOUS), LinkOption.NOFOLLOW_LINKS);
  }

  /**
   * Puts aside what an earlier incarnation has left, so that whatever is there from now on comes
   * from the next one. To be called when nothing of the agent runs.
   *
   * @throws IOException if it could not be put aside, or the folder is none
   */
  public void begin() throws IOException {
    SafeDirectories.ensureAround(folder());
    SafeDirectories.ensureAround(path);
    try (SecureDirectoryStream<Path> open = open()) {
      Path name = path.getFileSystem().getPath(NAME);
      open.move(name, open, path.getFileSystem().getPath(PREVIOUS));
    } catch (NoSuchFileException e) {
      return; // the one before stays what it is
    }
  }

  /**
   * Reads what the agent says.
   *
   * @param seen what {@link #stamp} has told
   * @return the heartbeat; where it cannot be understood, a bare sign of life and the complaint
   * @throws IOException if it is no sign of life: no file, or not in the agent's own folder
   */
  public Beat read(Stamp seen) throws IOException {
    if (!seen.regular()) {
      throw new IOException("is no regular file");
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
        // until all of it is read, or it turns out to be shorter
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
      return open.newByteChannel(name, READ); // another user's
    }
  }

  /** The folder, reached from the cell through no link. */
  private SecureDirectoryStream<Path> open() throws IOException {
    Path checkpoints = parent(folder());
    try (SecureDirectoryStream<Path> cell = secure(parent(checkpoints));
        SecureDirectoryStream<Path> all =
            cell.newDirectoryStream(checkpoints.getFileName(), LinkOption.NOFOLLOW_LINKS)) {
      return all.newDirectoryStream(folder().getFileName(), LinkOption.NOFOLLOW_LINKS);
    }
  }

  @SuppressWarnings("StreamResourceLeak") // the caller's
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
