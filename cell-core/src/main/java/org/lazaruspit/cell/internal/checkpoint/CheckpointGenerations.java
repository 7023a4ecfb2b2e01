package org.lazaruspit.cell.internal.checkpoint;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.DigestInputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.lazaruspit.cell.CheckpointRef;
import org.lazaruspit.cell.internal.files.AtomicFiles;
import org.lazaruspit.cell.internal.files.CellLayout;
import org.lazaruspit.cell.internal.files.SecureDirectory;
import org.lazaruspit.cell.internal.json.JsonText;
import org.lazaruspit.cell.internal.scan.CellScanner;

/**
 * Stores the generations of one agent's checkpoints, each a folder that is written once and never
 * changed. A marker names a generation before it is written: without it, an uncommitted generation
 * could be taken for an earlier one.
 */
public final class CheckpointGenerations {
  private static final String PREFIX = "generation-";
  private static final int KEPT = 2;

  private final CellLayout layout;
  private final String agentId;
  private final CellScanner scanner;
  private final Path folder;

  public CheckpointGenerations(CellLayout layout, String agentId, CellScanner scanner) {
    this.layout = layout;
    this.agentId = agentId;
    this.scanner = scanner;
    this.folder = layout.generations(agentId);
  }

  /** A generation: its folder and manifest. */
  public record Generation(Path folder, Manifest manifest) {
    public CheckpointRef ref() {
      return manifest.ref();
    }
  }

  public Path claimed() {
    return folder.resolve("claimed");
  }

  public Path refused() {
    return folder.resolve("refused");
  }

  public Path refusal() {
    return folder.resolve("refused.txt");
  }

  private Path marker() {
    return folder.resolve("committing");
  }

  public void prepare() throws IOException {
    AtomicFiles.ensureDirectory(AtomicFiles.parent(folder));
    AtomicFiles.ensureDirectory(folder);
  }

  /** Returns all complete generations, the newest first. */
  public List<Generation> newestFirst() throws IOException {
    List<Generation> generations = new ArrayList<>();
    try (SecureDirectory open = SecureDirectory.open(folder)) {
      for (Path name : open.names(scanner.limits().maxFiles())) {
        if (name.toString().startsWith(PREFIX)) {
          Manifest manifest = manifest(folder.resolve(name));
          if (manifest != null) {
            generations.add(new Generation(folder.resolve(name), manifest));
          }
        }
      }
    } catch (NoSuchFileException e) {
      return List.of();
    }
    generations.sort((a, b) -> Long.compare(b.manifest().generation(), a.manifest().generation()));
    return generations;
  }

  private @Nullable Manifest manifest(Path generation) {
    Path file = generation.resolve(Manifest.FILE);
    return scanner.files().scan(file, Manifest.CODEC, null).content();
  }

  /** Returns the number of the unfinished generation, -1 if the marker is unreadable, or null. */
  public @Nullable Long begun() throws IOException {
    if (!Files.exists(marker(), LinkOption.NOFOLLOW_LINKS)) {
      return null;
    }
    String text = Files.readString(marker()).trim();
    try {
      return Long.valueOf(text);
    } catch (NumberFormatException e) {
      return -1L;
    }
  }

  public void begin(long generation) throws IOException {
    byte[] number = Long.toString(generation).getBytes(StandardCharsets.US_ASCII);
    AtomicFiles.replace(marker(), number, layout.temporary());
  }

  public void end() throws IOException {
    Files.deleteIfExists(marker());
    AtomicFiles.sync(folder);
  }

  public void discard(long generation) throws IOException {
    remove(folder.resolve(PREFIX + generation));
  }

  /** Removes a folder in one step: half a generation would be neither usable nor recognized. */
  public void remove(Path place) throws IOException {
    AtomicFiles.ensureDirectory(layout.temporary());
    Path aside = layout.temporary().resolve(UUID.randomUUID().toString());
    try {
      AtomicFiles.move(place, aside);
    } catch (NoSuchFileException e) {
      return;
    }
    AtomicFiles.sync(folder);
    AtomicFiles.deleteTree(aside);
  }

  /** Source of a checkpoint's files. */
  public interface Source {
    void each(CheckpointFolder.Visitor visitor) throws IOException;
  }

  /** Writes a generation into a temporary directory and renames it. */
  public Generation write(long number, long incarnation, Instant at, Source source)
      throws IOException {
    AtomicFiles.ensureDirectory(layout.temporary());
    Path temporary = layout.temporary().resolve(UUID.randomUUID().toString());
    Files.createDirectory(temporary);
    SortedMap<String, String> hashes = new TreeMap<>();
    try {
      source.each((name, content) -> hashes.put(name, copy(content, temporary.resolve(name))));
      CheckpointJson.require(temporary.resolve(CheckpointFolder.STATE));
      CheckpointJson.require(temporary.resolve(CheckpointFolder.CONTEXT));
      Manifest manifest = new Manifest(number, incarnation, ref(at, hashes), hashes);
      AtomicFiles.write(
          temporary.resolve(Manifest.FILE),
          JsonText.bytes(Manifest.CODEC.encode().apply(manifest)));
      AtomicFiles.syncTree(temporary);
      Path place = folder.resolve(PREFIX + number);
      remove(place);
      AtomicFiles.move(temporary, place);
      AtomicFiles.sync(folder);
      return new Generation(place, manifest);
    } catch (IOException | RuntimeException e) {
      AtomicFiles.deleteQuietly(temporary, e);
      throw e;
    }
  }

  private static CheckpointRef ref(Instant at, SortedMap<String, String> hashes) {
    String prefix = CheckpointFolder.ARTIFACTS + "/";
    List<String> artifacts =
        hashes.keySet().stream()
            .filter(name -> name.startsWith(prefix))
            .map(name -> name.substring(prefix.length()))
            .toList();
    return new CheckpointRef(
        at, hashes.getOrDefault(CheckpointFolder.CONTEXT, "0".repeat(64)), artifacts);
  }

  private static String copy(InputStream content, Path file) throws IOException {
    Files.createDirectories(AtomicFiles.parent(file));
    DigestInputStream digest = new DigestInputStream(content, CheckpointFolder.sha256());
    AtomicFiles.write(file, digest);
    return HexFormat.of().formatHex(digest.getMessageDigest().digest());
  }

  /** Returns whether a folder holds exactly this generation. */
  public boolean matches(Path where, Generation generation) throws IOException {
    try {
      return CheckpointFolder.hashes(where, scanner.limits())
          .equals(generation.manifest().hashes());
    } catch (CheckpointFolder.BadCheckpoint | NoSuchFileException e) {
      return false;
    }
  }

  /** Copies a generation to the visible checkpoint folder; may be repeated until it succeeds. */
  public void publish(Generation generation) throws IOException {
    Path visible = layout.checkpoint(agentId);
    AtomicFiles.ensureDirectory(AtomicFiles.parent(visible));
    AtomicFiles.ensureDirectory(visible);
    AtomicFiles.ensureDirectory(layout.temporary());
    Path copy = layout.temporary().resolve(UUID.randomUUID().toString());
    Files.createDirectory(copy);
    Files.createDirectory(copy.resolve(CheckpointFolder.ARTIFACTS));
    CheckpointFolder.visit(
        generation.folder(),
        scanner.limits(),
        (name, content) -> {
          Path file = copy.resolve(name);
          Files.createDirectories(AtomicFiles.parent(file));
          AtomicFiles.write(file, content);
        });
    AtomicFiles.syncTree(copy);
    for (String name :
        List.of(CheckpointFolder.STATE, CheckpointFolder.CONTEXT, CheckpointFolder.ARTIFACTS)) {
      swap(copy.resolve(name), visible.resolve(name));
    }
    AtomicFiles.sync(visible);
    AtomicFiles.deleteTree(copy);
  }

  /** Replaces a file or a link in one step; a directory is moved away first. */
  private void swap(Path from, Path to) throws IOException {
    try {
      BasicFileAttributes there =
          Files.readAttributes(to, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
      if (there.isDirectory() || Files.isDirectory(from, LinkOption.NOFOLLOW_LINKS)) {
        AtomicFiles.move(to, layout.temporary().resolve(UUID.randomUUID().toString()));
      }
    } catch (NoSuchFileException e) {
      // The target is free.
    }
    AtomicFiles.move(from, to);
  }

  /** Keeps the newest generation and the one before it. */
  public void prune() throws IOException {
    List<Generation> all = newestFirst();
    for (Generation old : all.subList(Math.min(KEPT, all.size()), all.size())) {
      remove(old.folder());
    }
  }
}
