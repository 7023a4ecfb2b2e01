package org.lazaruspit.heartbeat.http;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;

/**
 * An answer that is made before it is sent, up to a bound. The JDK's server sends a body of unknown
 * length in chunks of 4 KiB, each with a system call of its own; one of known length goes out as it
 * is written. Written by one thread, then only read.
 */
final class BufferedBody extends OutputStream {

  private static final int PAGE = 64 << 10;

  private final List<byte[]> pages = new ArrayList<>();
  private final int most;
  private int length;

  /** Takes no more than so many bytes, rounded up to whole pages. */
  BufferedBody(int bytes) {
    this.most = (bytes + PAGE - 1) / PAGE;
  }

  /** Tells that the answer is longer than it may be. */
  static final class TooLong extends IOException {
    private static final long serialVersionUID = 1L;

    TooLong() {
      super("the answer is too long to be held");
    }
  }

  @Override
  public void write(int b) throws IOException {
    write(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int offset, int count) throws IOException {
    int from = offset;
    int left = count;
    while (left > 0) {
      int free = pages.size() * PAGE - length;
      if (free == 0) {
        turn();
      } else {
        int n = Math.min(free, left);
        System.arraycopy(bytes, from, pages.get(pages.size() - 1), PAGE - free, n);
        length += n;
        from += n;
        left -= n;
      }
    }
  }

  private void turn() throws TooLong {
    if (pages.size() == most) {
      throw new TooLong();
    }
    pages.add(new byte[PAGE]);
  }

  /** Sends it as the whole answer. */
  void send(HttpExchange exchange) throws IOException {
    exchange.sendResponseHeaders(200, length);
    OutputStream out = exchange.getResponseBody();
    int left = length;
    for (byte[] page : pages) {
      out.write(page, 0, Math.min(PAGE, left));
      left -= PAGE;
    }
    exchange.close();
  }
}
