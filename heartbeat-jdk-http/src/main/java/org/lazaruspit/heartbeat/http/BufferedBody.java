package org.lazaruspit.heartbeat.http;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;

/**
 * Response body of limited size that is complete before it is sent. The JDK's server sends a body
 * of unknown length in chunks of 4 KiB with a system call each, and a body of known length as it is
 * written. Written by a single thread, then only read.
 */
final class BufferedBody extends OutputStream {

  private static final int PAGE = 64 << 10;

  private final List<byte[]> pages = new ArrayList<>();
  private final int maxPages;
  private int length;

  /** Creates a body with a limit in bytes, rounded up to whole pages. */
  BufferedBody(int bytes) {
    this.maxPages = (bytes + PAGE - 1) / PAGE;
  }

  /** Thrown if the body exceeds its limit. */
  static final class TooLong extends IOException {
    private static final long serialVersionUID = 1L;

    TooLong() {
      super("the response is too long for the buffer");
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
        addPage();
      } else {
        int n = Math.min(free, left);
        System.arraycopy(bytes, from, pages.get(pages.size() - 1), PAGE - free, n);
        length += n;
        from += n;
        left -= n;
      }
    }
  }

  private void addPage() throws TooLong {
    if (pages.size() == maxPages) {
      throw new TooLong();
    }
    pages.add(new byte[PAGE]);
  }

  /** Sends this body as the whole response. */
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
