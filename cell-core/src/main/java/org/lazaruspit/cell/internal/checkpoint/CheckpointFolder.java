package org.lazaruspit.cell.internal.checkpoint;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.lazaruspit.cell.CellLimits;
import org.lazaruspit.cell.internal.files.FileReader;
import org.lazaruspit.cell.internal.files.SecureDirectory;
import org.lazaruspit.cell.internal.json.FileNames;
import org.lazaruspit.cell.internal.json.JsonText;

/** Reads the folder of a checkpoint, which is untrusted: an agent writes it. */
public final class CheckpointFolder {
  public static final String STATE = "state.json";
  public static final String CONTEXT = "context.json";
  public static final String ARTIFACTS = "artifacts";
  private static final int MAX_DEPTH = 16;

  private final CellLimits limits;
  private long bytes;
  private int files;

  private CheckpointFolder(CellLimits limits) {
    this.limits = limits;
  }

  /** Visitor of each file of a checkpoint. */
  public interface Visitor {
    void visit(String name, InputStream content) throws IOException;
  }

  /** The content of the folder is not a checkpoint. */
  public static final class BadCheckpoint extends IOException {
    private static final long serialVersionUID = 1L;

    BadCheckpoint(String reason) {
      super(reason);
    }

    BadCheckpoint(String reason, Throwable cause) {
      super(reason, cause);
    }

    public String reason() {
      return String.valueOf(getMessage());
    }
  }

  /**
   * Visits the files of a checkpoint, and refuses links and special files among them. Other files
   * in the folder are ignored.
   */
  public static void visit(Path folder, CellLimits limits, Visitor visitor) throws IOException {
    CheckpointFolder walk = new CheckpointFolder(limits);
    try (SecureDirectory top = SecureDirectory.open(folder)) {
      walk.file(top, folder.getFileSystem().getPath(STATE), STATE, visitor);
      walk.file(top, folder.getFileSystem().getPath(CONTEXT), CONTEXT, visitor);
      Path artifacts = folder.getFileSystem().getPath(ARTIFACTS);
      BasicFileAttributes attributes = attributes(top, artifacts);
      if (attributes != null) {
        walk.directory(top, artifacts, ARTIFACTS, attributes, 0, visitor);
      }
    } catch (NoSuchFileException | NotDirectoryException e) {
      throw new BadCheckpoint("the checkpoint folder is missing", e);
    }
  }

  private static @Nullable BasicFileAttributes attributes(SecureDirectory directory, Path name)
      throws IOException {
    try {
      return directory.attributes(name);
    } catch (NoSuchFileException e) {
      return null;
    }
  }

  private void directory(
      SecureDirectory parent,
      Path entry,
      String name,
      BasicFileAttributes attributes,
      int depth,
      Visitor visitor)
      throws IOException {
    if (!attributes.isDirectory()) {
      throw new BadCheckpoint(name + " is " + FileReader.kind(attributes) + ", not a directory");
    }
    if (depth > MAX_DEPTH) {
      throw new BadCheckpoint(name + " is more than " + MAX_DEPTH + " directories deep");
    }
    try (SecureDirectory directory = parent.open(entry, attributes)) {
      for (Path inner : directory.names(limits.maxFiles())) {
        String innerName = name + "/" + inner;
        BasicFileAttributes of = directory.attributes(inner);
        if (of.isDirectory()) {
          directory(directory, inner, innerName, of, depth + 1, visitor);
        } else {
          file(directory, inner, innerName, visitor);
        }
      }
    }
  }

  private void file(SecureDirectory directory, Path entry, String name, Visitor visitor)
      throws IOException {
    BasicFileAttributes attributes = attributes(directory, entry);
    if (attributes == null) {
      throw new BadCheckpoint(name + " is missing");
    }
    if (!attributes.isRegularFile()) {
      throw new BadCheckpoint(name + " is " + FileReader.kind(attributes) + ", not a regular file");
    }
    if (!FileNames.isRelative(name)) {
      throw new BadCheckpoint(
          "\"" + JsonText.shorten(name) + "\" is not a valid name of an artifact");
    }
    files++;
    bytes += attributes.size();
    if (files > limits.maxFiles() || bytes > limits.maxCheckpointBytes()) {
      throw new BadCheckpoint(
          "more than " + limits.maxFiles() + " files or " + limits.maxCheckpointBytes() + " bytes");
    }
    try (InputStream content = Channels.newInputStream(directory.read(entry))) {
      visitor.visit(name, content);
    }
  }

  /** Returns the SHA-256 of every file. */
  public static SortedMap<String, String> hashes(Path folder, CellLimits limits)
      throws IOException {
    SortedMap<String, String> hashes = new TreeMap<>();
    visit(
        folder,
        limits,
        (name, content) -> {
          try (DigestInputStream digest = new DigestInputStream(content, sha256())) {
            digest.transferTo(java.io.OutputStream.nullOutputStream());
            hashes.put(name, HexFormat.of().formatHex(digest.getMessageDigest().digest()));
          }
        });
    return hashes;
  }

  /** Returns the SHA-256 of names and hashes of all files: no name holds a line break. */
  public static String identity(SortedMap<String, String> hashes) {
    MessageDigest digest = sha256();
    hashes.forEach(
        (name, hash) ->
            digest.update((name + "\n" + hash + "\n").getBytes(StandardCharsets.UTF_8)));
    return HexFormat.of().formatHex(digest.digest());
  }

  static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
