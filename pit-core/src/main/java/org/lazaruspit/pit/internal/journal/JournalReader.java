package org.lazaruspit.pit.internal.journal;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.lazaruspit.pit.RevivalLogEntry;

/**
 * Reads a journal while its owner writes it. Skips incomplete and malformed lines; the owner logs
 * them when it opens the journal.
 */
public final class JournalReader {

  private JournalReader() {}

  /** Returns the lines of one revival, oldest first, without those of dry runs. */
  public static List<RevivalLogEntry> of(Path file, String revival) throws IOException {
    String mark = "\"" + revival + "\"";
    List<RevivalLogEntry> found = new ArrayList<>();
    forEachLine(
        file,
        text -> {
          if (text.contains(mark)) {
            entry(text, revival).ifPresent(found::add);
          }
        });
    return List.copyOf(found);
  }

  /** Returns all entries in order, without those of dry runs. */
  public static List<JournalEntry> all(Path file) throws IOException {
    List<JournalEntry> found = new ArrayList<>();
    forEachLine(file, text -> entry(text).filter(entry -> !entry.dryRun()).ifPresent(found::add));
    return List.copyOf(found);
  }

  private static void forEachLine(Path file, Consumer<String> reader) throws IOException {
    if (Files.size(file) > RevivalJournal.MAX_BYTES) {
      throw new IOException(
          file + ": more than a journal's " + RevivalJournal.MAX_BYTES + " bytes");
    }
    ByteArrayOutputStream line = new ByteArrayOutputStream(512);
    try (InputStream in =
        new BufferedInputStream(Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS), 1 << 16)) {
      for (int next = in.read(); next >= 0; next = in.read()) {
        if (next == '\n') {
          reader.accept(line.toString(UTF_8));
          line.reset();
        } else if (line.size() <= JournalFile.MAX_LINE) {
          line.write(next);
        }
      }
    }
  }

  private static Optional<RevivalLogEntry> entry(String text, String revival) {
    return entry(text)
        .filter(entry -> !entry.dryRun())
        .flatMap(
            entry ->
                entry.event() instanceof RevivalEvent event
                        && event.subject().revival().equals(revival)
                    ? Optional.of(logEntry(entry.at(), event))
                    : Optional.empty());
  }

  private static RevivalLogEntry logEntry(Instant at, RevivalEvent event) {
    return new RevivalLogEntry(
        at,
        event.name(),
        event.status(),
        event.subject().attempt(),
        event.subject().incarnation(),
        event.detail());
  }

  private static Optional<JournalEntry> entry(String text) {
    try {
      return Optional.of(JournalCodec.read(text));
    } catch (JournalCodec.MalformedLineException e) {
      return Optional.empty();
    }
  }
}
