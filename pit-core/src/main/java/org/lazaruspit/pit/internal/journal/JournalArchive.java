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
 * Limits the size of a journal: copies the entries that still matter into a new file, and keeps the
 * old file as an archive for people. After a crash at any point, either the old or the new file is
 * the journal.
 */
final class JournalArchive {

  /** Size in bytes above which a journal is archived when it is opened. */
  static final long FULL = 8L << 20;

  /** Number of revivals kept per agent. */
  private static final int REVIVALS = 64;

  private JournalArchive() {}

  /**
   * Returns the entries that still matter: per agent its newest revivals, its open ones, its last
   * intent and its last restriction. Pure.
   */
  static List<JournalEntry> kept(List<JournalEntry> entries) {
    Set<String> revivals = newestRevivals(entries);
    Map<String, Long> latest = new HashMap<>();
    for (JournalEntry entry : entries) {
      if (entry.event() instanceof RestrictionEvent event && !entry.dryRun()) {
        latest.put(topic(event), entry.seq());
      }
    }
    return entries.stream()
        .filter(entry -> !entry.dryRun())
        .filter(
            entry ->
                entry.event() instanceof RevivalEvent event
                    ? revivals.contains(event.subject().revival())
                    : latest.containsValue(entry.seq()))
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
   * Archives the journal under the number of its last line, and replaces it with these entries.
   *
   * @throws IOException if that fails; the journal is then unchanged
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
