package org.lazaruspit.heartbeat.http;

import com.google.errorprone.annotations.concurrent.GuardedBy;
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
 * Tokens of a file, read again after a change. {@link #get} checks the file at most once a second;
 * during a check other callers use the known tokens. An invalid file changes nothing, so a mistake
 * in it neither locks clients out nor lets clients in. Thread-safe.
 */
final class TokenFile implements Supplier<Tokens> {

  private static final Logger LOG = LoggerFactory.getLogger(TokenCheck.class);
  private static final long CHECK_INTERVAL_NANOS = Duration.ofSeconds(1).toNanos();

  private final Path file;
  private final LongSupplier nanoTime;
  private final AtomicLong lastCheck;
  private volatile Tokens tokens;
  private volatile Stamp stamp;

  @GuardedBy("this")
  private @Nullable String lastFailure;

  /**
   * Reads the file for the first time.
   *
   * @throws IOException if the file cannot be read
   * @throws IllegalArgumentException if the file is invalid or has no token
   */
  TokenFile(Path file, LongSupplier nanoTime) throws IOException {
    this.file = file;
    this.nanoTime = nanoTime;
    this.stamp = Stamp.of(file);
    this.tokens = read(file);
    this.lastCheck = new AtomicLong(nanoTime.getAsLong());
  }

  /** Attributes that show a replaced or changed file. */
  private record Stamp(FileTime modified, long size, @Nullable Object key) {
    static Stamp of(Path file) throws IOException {
      BasicFileAttributes now = Files.readAttributes(file, BasicFileAttributes.class);
      return new Stamp(now.lastModifiedTime(), now.size(), now.fileKey());
    }
  }

  @Override
  public Tokens get() {
    long now = nanoTime.getAsLong();
    long last = lastCheck.get();
    if (now - last >= CHECK_INTERVAL_NANOS && lastCheck.compareAndSet(last, now)) {
      check();
    }
    return tokens;
  }

  private synchronized void check() {
    try {
      Stamp now = Stamp.of(file);
      if (!now.equals(stamp)) {
        tokens = read(file);
        stamp = now;
        lastFailure = null;
        LOG.info("{}: token file changed; {} tokens", file, tokens.size());
      } else if (lastFailure != null) {
        lastFailure = null;
        LOG.info("{}: token file is usable again", file);
      }
    } catch (IOException | IllegalArgumentException e) {
      report(e);
    }
  }

  @GuardedBy("this")
  private void report(Exception e) {
    String failure = e.toString();
    if (!failure.equals(lastFailure)) {
      lastFailure = failure;
      LOG.warn("{}: token file not usable: {}; keeping the known tokens", file, failure);
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
