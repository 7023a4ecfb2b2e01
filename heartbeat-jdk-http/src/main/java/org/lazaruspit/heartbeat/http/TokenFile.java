package org.lazaruspit.heartbeat.http;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The tokens that stand in a file, read anew when it has changed. Whoever asks for them looks after
 * the file, once a second at most; while one looks, the others go on with what is known. A file
 * that cannot be used changes nothing, so that a slip of the pen locks nobody out and lets nobody
 * in.
 */
final class TokenFile implements Supplier<Tokens> {

  private static final Logger LOG = LoggerFactory.getLogger(TokenCheck.class);
  private static final long LOOK_EVERY_NANOS = Duration.ofSeconds(1).toNanos();

  private final Path file;
  private final LongSupplier nanoTime;
  private final AtomicLong looked;
  private volatile Tokens tokens;
  private volatile Stamp stamp;
  private @Nullable String trouble;

  /**
   * Reads the file for the first time.
   *
   * @throws IOException if it cannot be read
   * @throws IllegalArgumentException if it says no tokens
   */
  TokenFile(Path file, LongSupplier nanoTime) throws IOException {
    this.file = file;
    this.nanoTime = nanoTime;
    this.stamp = Stamp.of(file);
    this.tokens = read(file);
    this.looked = new AtomicLong(nanoTime.getAsLong());
  }

  /** How to tell that a file is another one, or says something else. */
  private record Stamp(FileTime modified, long size, @Nullable Object key) {
    static Stamp of(Path file) throws IOException {
      BasicFileAttributes now = Files.readAttributes(file, BasicFileAttributes.class);
      return new Stamp(now.lastModifiedTime(), now.size(), now.fileKey());
    }
  }

  @Override
  public Tokens get() {
    long now = nanoTime.getAsLong();
    long last = looked.get();
    if (now - last >= LOOK_EVERY_NANOS && looked.compareAndSet(last, now)) {
      look();
    }
    return tokens;
  }

  private synchronized void look() {
    try {
      Stamp now = Stamp.of(file);
      if (!now.equals(stamp)) {
        tokens = read(file);
        stamp = now;
        trouble = null;
        LOG.info("{} has changed: {} tokens", file, tokens.size());
      } else if (trouble != null) {
        trouble = null;
        LOG.info("{} is as it was before", file);
      }
    } catch (IOException | IllegalArgumentException e) {
      report(e);
    }
  }

  private void report(Exception e) {
    String now = e.toString();
    if (!now.equals(trouble)) {
      trouble = now;
      LOG.warn("the tokens stay as they were, since {} cannot be used: {}", file, now);
    }
  }

  private static Tokens read(Path file) throws IOException {
    Tokens.Builder found = new Tokens.Builder();
    int number = 0;
    for (String line : Files.readAllLines(file, StandardCharsets.UTF_8)) {
      number++;
      String text = line.strip();
      if (!text.isEmpty() && !text.startsWith("#")) {
        add(found, text, file + ", line " + number);
      }
    }
    Tokens all = found.build();
    if (all.isEmpty()) {
      throw new IllegalArgumentException("no token in " + file);
    }
    return all;
  }

  private static void add(Tokens.Builder found, String line, String place) {
    String[] words = line.split("\\s+", -1);
    switch (words.length) {
      case 1 -> found.all(words[0], "the token in " + place);
      case 2 -> found.agent(words[0], words[1], "the token in " + place);
      default ->
          throw new IllegalArgumentException(
              place + ": expected TOKEN or AGENT_ID TOKEN, found " + words.length + " words");
    }
  }
}
