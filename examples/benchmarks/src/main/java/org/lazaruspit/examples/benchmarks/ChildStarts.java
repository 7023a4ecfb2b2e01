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
 * Records the starts of children: the first instruction of a child writes a line to a named pipe,
 * and a blocked reader records the time. The child needs no additional process. Thread-safe.
 */
final class ChildStarts implements AutoCloseable {

  private final Path pipe;
  private final FileChannel channel;
  private final Map<String, List<ChildStart>> starts = new HashMap<>();

  /**
   * Start of a child.
   *
   * @param pid the process id of the child
   * @param nanos the time of the start, by {@link System#nanoTime}
   * @param twice whether the predecessor was still alive
   */
  record ChildStart(long pid, long nanos, boolean twice) {}

  private ChildStarts(Path pipe, FileChannel channel) {
    this.pipe = pipe;
    this.channel = channel;
  }

  static ChildStarts listen(Path pipe) throws IOException, InterruptedException {
    if (new ProcessBuilder("mkfifo", pipe.toString()).inheritIO().start().waitFor() != 0) {
      throw new IOException(pipe + ": mkfifo failed");
    }
    // Open for reading and writing: the pipe then has no end of file when the last child closes it.
    FileChannel channel = FileChannel.open(pipe, StandardOpenOption.READ, StandardOpenOption.WRITE);
    ChildStarts starts = new ChildStarts(pipe, channel);
    Thread reader = new Thread(starts::read, "child-starts");
    reader.setDaemon(true);
    reader.start();
    return starts;
  }

  /** Returns the first command of a child's script, for a POSIX shell. */
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
      return; // closed
    } catch (IOException e) {
      throw new IllegalStateException("reading the pipe failed", e);
    }
  }

  private synchronized void add(String[] childAndPid, long now) {
    List<ChildStart> known = starts.computeIfAbsent(childAndPid[0], child -> new ArrayList<>());
    boolean twice = !known.isEmpty() && ProcessFigures.alive(known.get(known.size() - 1).pid());
    known.add(new ChildStart(Long.parseLong(childAndPid[1]), now, twice));
    notifyAll();
  }

  synchronized List<ChildStart> of(String child) {
    return List.copyOf(starts.getOrDefault(child, List.of()));
  }

  ChildStart last(String child) {
    List<ChildStart> known = of(child);
    return known.get(known.size() - 1);
  }

  /** Returns the number of starts while the predecessor was still alive. */
  synchronized long twice() {
    return starts.values().stream().flatMap(List::stream).filter(ChildStart::twice).count();
  }

  /**
   * Waits until the child has been started {@code count} times; returns false after the time limit.
   */
  synchronized boolean await(String child, int count, Duration limit) throws InterruptedException {
    long deadline = System.nanoTime() + limit.toNanos();
    while (starts.getOrDefault(child, List.of()).size() < count) {
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
