package org.lazaruspit.pit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import org.lazaruspit.cell.MissionCell;
import org.lazaruspit.pit.internal.journal.JournalReader;
import org.lazaruspit.pit.internal.ledger.RevivalLedger;

/**
 * Reads the revivals of a cell from its journal, without a pit. Writes no file and does not affect
 * a pit that owns the cell. Thread-safe.
 */
public final class RevivalHistory {

  private RevivalHistory() {}

  /**
   * Reads a cell's journal.
   *
   * @param cell the cell
   * @return every revival and hand-over in the journal, oldest first, without those of dry runs;
   *     empty for a cell without a journal
   * @throws IOException if the journal cannot be read, or is not a file of this cell
   */
  public static List<Revival> read(MissionCell cell) throws IOException {
    Path journal = cell.paths().journal();
    if (Files.notExists(journal, LinkOption.NOFOLLOW_LINKS)) {
      return List.of();
    }
    if (Files.isSymbolicLink(Objects.requireNonNull(journal.getParent()))
        || !Files.isRegularFile(journal, LinkOption.NOFOLLOW_LINKS)) {
      throw new IOException(journal + ": is not a regular file of the cell");
    }
    return RevivalLedger.replay(cell.id(), JournalReader.all(journal)).all().stream()
        .sorted(Comparator.comparing(Revival::requestedAt))
        .toList();
  }
}
