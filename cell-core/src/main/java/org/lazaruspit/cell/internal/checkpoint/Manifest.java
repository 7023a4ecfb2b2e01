package org.lazaruspit.cell.internal.checkpoint;

import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.lazaruspit.cell.CheckpointRef;
import org.lazaruspit.cell.Incarnation;
import org.lazaruspit.cell.internal.json.CellCodecs;
import org.lazaruspit.cell.internal.json.DocumentCodec;
import org.lazaruspit.cell.internal.json.FieldReader;
import org.lazaruspit.cell.internal.json.Json;

/**
 * Manifest of a generation, with the hash of every file. The commit record covers {@code
 * context.json} alone; the manifest distinguishes a complete generation from a mix of two.
 *
 * @param generation number of the generation, rising with every checkpoint of the agent
 * @param incarnation the incarnation that saved it
 * @param ref the commit record
 * @param hashes SHA-256 by file name
 */
public record Manifest(
    long generation, long incarnation, CheckpointRef ref, SortedMap<String, String> hashes) {
  static final String FILE = "manifest.json";

  /** Largest number of a generation: one checkpoint a millisecond for 31 years. */
  private static final long MAX_GENERATION = 1_000_000_000_000L;

  static final DocumentCodec<Manifest> CODEC =
      new DocumentCodec<>("", Manifest::decode, Manifest::encode);

  public Manifest {
    hashes = Collections.unmodifiableSortedMap(new TreeMap<>(hashes));
  }

  private static Manifest decode(FieldReader fields) {
    SortedMap<String, String> hashes = new TreeMap<>();
    for (Map.Entry<String, Json> hash : fields.object("files").all().entrySet()) {
      if (hash.getValue() instanceof Json.Text text) {
        hashes.put(hash.getKey(), text.value());
      }
    }
    return new Manifest(
        fields.whole("generation", 0, MAX_GENERATION, 0),
        fields.whole("incarnation", 0, Incarnation.MAX, 0),
        CellCodecs.checkpoint(fields.object("checkpoint")),
        hashes);
  }

  private static Json.Obj encode(Manifest manifest) {
    Json.Obj files = new Json.Obj();
    manifest.hashes().forEach(files::put);
    return new Json.Obj()
        .put("generation", manifest.generation())
        .put("incarnation", manifest.incarnation())
        .put("checkpoint", CellCodecs.checkpoint(manifest.ref()))
        .put("files", files);
  }
}
