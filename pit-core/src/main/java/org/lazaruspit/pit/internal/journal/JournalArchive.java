package org.lazaruspit.pit.internal.journal;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.lazaruspit.cell.AtomicFileWriter;
import org.lazaruspit.pit.RevivalStatus;

/**
 * Keeps a journal from growing for ever: once it is full, what still matters goes on in a new file,
 * and the old one stays beside it, whole, for people to read. Killed at any point, either the old
 * file or the new one is the journal.
 */
final class JournalArchive {

  /** Bytes from which a journal is put away when it is opened. */
  static final long FULL = 8L << 20;

  /** What is remembered of each agent. */
  private static final int REVIVALS = 64;

  private JournalArchive() {}

  /**
   * The entries that still matter: of each agent its newest revivals, whatever is open, and the
   * last word of a person and of its own record. Pure.
   */
  static List<JournalEntry> kept(List<JournalEntry> entries) {
    Set<String> revivals = newestRevivals(entries);
    Map<String, Long> lastWords = new HashMap<>();
    for (JournalEntry entry : entries) {
      if (entry.event() instanceof RestrictionEvent event && !entry.dryRun()) {
        lastWords.put(topic(event), entry.seq());
      }
    }
    return entries.stream()
        .filter(entry -> !entry.dryRun())
        .filter(
            entry ->
                entry.event() instanceof RevivalEvent event
                    ? revivals.contains(event.subject().revival())
                    : lastWords.containsValue(entry.seq()))
        .toList();
  }

  private static String topic(RestrictionEvent event) {
    return switch (event.change()) {
      case STOPPED, PAUSED, RESUMED -> "intent " + event.agentId();
      case QUARANTINED, HELD, LIFTED -> "restraint " + event.agentId();
    };
  }

  private static Set<String> newestRevivals(List<JournalEntry> entries) {
    Map<String, Deque<String>> byAgent = new HashMap<>();
    Map<String, RevivalStatus> status = new HashMap<>();
    for (JournalEntry entry : entries) {
      if (entry.event() instanceof RevivalEvent event && !entry.dryRun()) {
        String revival = event.subject().revival();
        if (status.put(revival, event.status()) == null) {
          byAgent.computeIfAbsent(event.agentId(), id -> new ArrayDeque<>()).addLast(revival);
        }
      }
    }
    Set<String> newest = new HashSet<>();
    for (Deque<String> revivals : byAgent.values()) {
      int tooMany = revivals.size() - REVIVALS;
      for (String revival : revivals) {
        if (tooMany <= 0 || status.getOrDefault(revival, RevivalStatus.FAILED).open()) {
          newest.add(revival);
        }
        tooMany--;
      }
    }
    return newest;
  }

  /**
   * Puts the journal away under the number of its last line, and puts these entries in its place.
   *
   * @throws IOException if that could not be done: then the journal is as it was
   */
  static void replace(Path file, UUID cellId, List<JournalEntry> kept, long lastSeq)
      throws IOException {
    Path archive = file.resolveSibling("revivals-%d.jsonl".formatted(lastSeq));
    if (Files.notExists(archive, LinkOption.NOFOLLOW_LINKS)) {
      keep(file, archive);
    }
    StringBuilder lines = new StringBuilder();
    kept.forEach(entry -> lines.append(JournalCodec.write(cellId, entry)).append('\n'));
    AtomicFileWriter.write(file, lines.toString().getBytes(UTF_8));
  }

  private static void keep(Path file, Path archive) throws IOException {
    try {
      Files.createLink(archive, file);
    } catch (UnsupportedOperationException e) {
      Files.copy(file, archive, LinkOption.NOFOLLOW_LINKS);
    }
  }
}
