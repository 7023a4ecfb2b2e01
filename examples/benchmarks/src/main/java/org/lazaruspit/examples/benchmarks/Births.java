package org.lazaruspit.examples.benchmarks;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Hears of every start of a child: its first instruction writes a line to a pipe with a name, and a
 * blocked reader takes the time. Costs the child no process of its own. Thread-safe.
 */
final class Births implements AutoCloseable {

  private final Path pipe;
  private final FileChannel channel;
  private final Map<String, List<Birth>> births = new HashMap<>();

  /**
   * A start.
   *
   * @param pid who
   * @param nanos when, as {@link System#nanoTime} tells
   * @param twice whether the one before was still alive
   */
  record Birth(long pid, long nanos, boolean twice) {}

  private Births(Path pipe, FileChannel channel) {
    this.pipe = pipe;
    this.channel = channel;
  }

  static Births listen(Path pipe) throws IOException, InterruptedException {
    if (new ProcessBuilder("mkfifo", pipe.toString()).inheritIO().start().waitFor() != 0) {
      throw new IOException(pipe + " could not be made");
    }
    // Open for both: then it never ends when the last child closes it.
    FileChannel channel = FileChannel.open(pipe, StandardOpenOption.READ, StandardOpenOption.WRITE);
    Births births = new Births(pipe, channel);
    Thread reader = new Thread(births::read, "births");
    reader.setDaemon(true);
    reader.start();
    return births;
  }

  /** What a child's script says first, in the words of a POSIX shell. */
  String announcement(String child) {
    return "echo " + child + " $$ >" + pipe;
  }

  private void read() {
    ByteBuffer buffer = ByteBuffer.allocate(1 << 16);
    StringBuilder rest = new StringBuilder();
    try {
      while (channel.read(buffer.clear()) > 0) {
        long now = System.nanoTime();
        rest.append(UTF_8.decode(buffer.flip()));
        for (int end = rest.indexOf("\n"); end >= 0; end = rest.indexOf("\n")) {
          add(rest.substring(0, end).split(" ", -1), now);
          rest.delete(0, end + 1);
        }
      }
    } catch (AsynchronousCloseException e) {
      return; // closed by its owner
    } catch (IOException e) {
      throw new IllegalStateException("no more births are heard of", e);
    }
  }

  private synchronized void add(String[] childAndPid, long now) {
    List<Birth> known = births.computeIfAbsent(childAndPid[0], child -> new ArrayList<>());
    boolean twice = !known.isEmpty() && ProcessFigures.alive(known.get(known.size() - 1).pid());
    known.add(new Birth(Long.parseLong(childAndPid[1]), now, twice));
    notifyAll();
  }

  synchronized List<Birth> of(String child) {
    return List.copyOf(births.getOrDefault(child, List.of()));
  }

  Birth last(String child) {
    List<Birth> known = of(child);
    return known.get(known.size() - 1);
  }

  /** How many starts happened while the one before was still alive. */
  synchronized long twice() {
    return births.values().stream().flatMap(List::stream).filter(Birth::twice).count();
  }

  /** False if the child has not been started so often within that time. */
  synchronized boolean await(String child, int starts, Duration limit) throws InterruptedException {
    long deadline = System.nanoTime() + limit.toNanos();
    while (births.getOrDefault(child, List.of()).size() < starts) {
      long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
      if (left <= 0) {
        return false;
      }
      wait(left);
    }
    return true;
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
