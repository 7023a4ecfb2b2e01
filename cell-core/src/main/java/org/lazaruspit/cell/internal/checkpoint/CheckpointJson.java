package org.lazaruspit.cell.internal.checkpoint;

import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.lazaruspit.cell.internal.json.CellJson;

/** Rule that an agent's own documents are JSON in UTF-8, with any content. */
final class CheckpointJson {
  private CheckpointJson() {}

  static void require(Path file) throws IOException {
    String name = String.valueOf(file.getFileName());
    try (InputStream bytes = Files.newInputStream(file);
        Reader text = new InputStreamReader(bytes, StandardCharsets.UTF_8.newDecoder())) {
      String fault = CellJson.fault(text);
      if (fault != null) {
        throw new CheckpointFolder.BadCheckpoint(name + " is not JSON: " + fault);
      }
    } catch (CharacterCodingException e) {
      throw new CheckpointFolder.BadCheckpoint(name + " is not UTF-8", e);
    }
  }
}
