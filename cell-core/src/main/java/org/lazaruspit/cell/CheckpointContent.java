package org.lazaruspit.cell;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;
import org.lazaruspit.cell.internal.json.FieldReader;
import org.lazaruspit.cell.internal.json.FileNames;

/**
 * Content of a checkpoint: {@code state.json}, {@code context.json} and any artifacts. Immutable
 * and thread-safe; files that it names are read when the checkpoint is saved.
 *
 * <pre>{@code
 * CheckpointContent content =
 *     CheckpointContent.of(state, context).withArtifact("draft.md", Path.of("/tmp/draft.md"));
 * }</pre>
 */
public final class CheckpointContent {
  private final byte[] state;
  private final byte[] context;
  private final SortedMap<String, Source> artifacts;

  private CheckpointContent(byte[] state, byte[] context, SortedMap<String, Source> artifacts) {
    this.state = state;
    this.context = context;
    this.artifacts = Collections.unmodifiableSortedMap(artifacts);
  }

  /** Source of an artifact's bytes. */
  interface Source {
    InputStream open() throws IOException;
  }

  /**
   * Returns content without artifacts.
   *
   * @param state the agent's own state, a JSON document
   * @param context the context to resume work from, a JSON document
   * @return the content
   */
  public static CheckpointContent of(byte[] state, byte[] context) {
    return new CheckpointContent(state.clone(), context.clone(), new TreeMap<>());
  }

  /**
   * Returns a copy with one more artifact, from a file.
   *
   * @param name name below {@code artifacts/}, a relative path with forward slashes
   * @param file the file, which is copied when the checkpoint is saved
   * @return the content with the artifact
   * @throws IllegalArgumentException if the name leads out of the folder or is taken
   */
  public CheckpointContent withArtifact(String name, Path file) {
    return with(name, () -> Files.newInputStream(file));
  }

  /**
   * Returns a copy with one more artifact, from bytes.
   *
   * @param name name below {@code artifacts/}, a relative path with forward slashes
   * @param content the bytes
   * @return the content with the artifact
   * @throws IllegalArgumentException if the name leads out of the folder or is taken
   */
  public CheckpointContent withArtifact(String name, byte[] content) {
    byte[] copy = content.clone();
    return with(name, () -> new ByteArrayInputStream(copy));
  }

  private CheckpointContent with(String name, Source source) {
    if (!FileNames.isRelative(name)) {
      throw new IllegalArgumentException(
          "artifact: \"" + name + "\" is not " + FieldReader.FILE_NAME);
    }
    SortedMap<String, Source> more = new TreeMap<>(artifacts);
    if (more.put(name, source) != null) {
      throw new IllegalArgumentException("artifact: \"" + name + "\" is given twice");
    }
    return new CheckpointContent(state, context, more);
  }

  InputStream state() {
    return new ByteArrayInputStream(state);
  }

  InputStream context() {
    return new ByteArrayInputStream(context);
  }

  SortedMap<String, Source> artifacts() {
    return artifacts;
  }
}
