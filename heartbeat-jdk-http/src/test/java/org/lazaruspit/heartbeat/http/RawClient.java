package org.lazaruspit.heartbeat.http;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A connection that sends exactly the bytes it is told, and reads answers as a strict client would.
 */
final class RawClient implements AutoCloseable {

  private static final int PATIENCE_MILLIS = 20_000;

  private final Socket socket;
  private final InputStream in;

  RawClient(InetSocketAddress address, int receiveBuffer) throws IOException {
    this.socket = new Socket();
    if (receiveBuffer > 0) {
      socket.setReceiveBufferSize(receiveBuffer);
    }
    socket.connect(address, PATIENCE_MILLIS);
    socket.setSoTimeout(PATIENCE_MILLIS);
    socket.setTcpNoDelay(true);
    this.in = new BufferedInputStream(socket.getInputStream());
  }

  static RawClient to(HeartbeatServer server) throws IOException {
    return new RawClient(server.address(), 0);
  }

  /** One that holds little of what it has not read. */
  static RawClient small(HeartbeatServer server) throws IOException {
    return new RawClient(server.address(), 4_096);
  }

  /** An answer as it came, head in lower case. */
  record Answer(int status, Map<String, String> headers, String body) {
    Map<?, ?> json() {
      return map();
    }

    /** What stands in the JSON at this place. */
    @Nullable Object at(String... path) {
      return JsonTree.at(JsonTree.of(body), path);
    }

    /** The object that stands in the JSON at this place. */
    Map<?, ?> map(String... path) {
      if (at(path) instanceof Map<?, ?> map) {
        return map;
      }
      throw new AssertionError("no object at " + String.join("/", path) + " of " + body);
    }

    String header(String name) {
      return headers.getOrDefault(name.toLowerCase(Locale.ROOT), "");
    }

    /** The last part of the problem's type. */
    String problem() {
      if (!header("Content-Type").equals("application/problem+json")) {
        throw new AssertionError("no problem but " + this);
      }
      String type = String.valueOf(at("type"));
      return type.substring(type.lastIndexOf(':') + 1);
    }
  }

  Socket socket() {
    return socket;
  }

  RawClient send(String text) throws IOException {
    return send(text.getBytes(StandardCharsets.UTF_8));
  }

  RawClient send(byte[] bytes) throws IOException {
    socket.getOutputStream().write(bytes);
    socket.getOutputStream().flush();
    return this;
  }

  /** Sends a request with these further headers, each with its line's end, and reads the answer. */
  Answer ask(String method, String path, String headers, String body) throws IOException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    String length = bytes.length == 0 ? "" : "Content-Length: " + bytes.length + "\r\n";
    send(method + " " + path + " HTTP/1.1\r\nHost: localhost\r\n" + length + headers + "\r\n");
    send(bytes);
    return answer(method.equals("HEAD"));
  }

  Answer ask(String method, String path) throws IOException {
    return ask(method, path, "", "");
  }

  Answer ask(String method, String path, String body) throws IOException {
    return ask(method, path, "", body);
  }

  /** One request on a connection of its own. */
  static Answer once(HeartbeatServer server, String method, String path, String body)
      throws IOException {
    return once(server, method, path, "", body);
  }

  static Answer once(
      HeartbeatServer server, String method, String path, String headers, String body)
      throws IOException {
    try (RawClient client = to(server)) {
      return client.ask(method, path, headers, body);
    }
  }

  Answer answer() throws IOException {
    return answer(false);
  }

  Answer answer(boolean toHead) throws IOException {
    String status = line();
    Map<String, String> headers = new TreeMap<>();
    for (String line = line(); !line.isEmpty(); line = line()) {
      int colon = line.indexOf(':');
      headers.merge(
          line.substring(0, colon).toLowerCase(Locale.ROOT),
          line.substring(colon + 1).strip(),
          (a, b) -> a + ", " + b);
    }
    int code = Integer.parseInt(status.split(" ", -1)[1]);
    boolean empty = toHead || code == 204 || code == 100;
    return new Answer(
        code, headers, empty ? "" : new String(body(headers), StandardCharsets.UTF_8));
  }

  private byte[] body(Map<String, String> headers) throws IOException {
    if (headers.getOrDefault("transfer-encoding", "").equals("chunked")) {
      ByteArrayOutputStream body = new ByteArrayOutputStream();
      for (int size = chunkSize(); size > 0; size = chunkSize()) {
        body.writeBytes(exactly(size));
        line();
      }
      line();
      return body.toByteArray();
    }
    return exactly(Integer.parseInt(headers.getOrDefault("content-length", "0")));
  }

  private int chunkSize() throws IOException {
    return Integer.parseInt(line(), 16);
  }

  private byte[] exactly(int size) throws IOException {
    byte[] bytes = in.readNBytes(size);
    if (bytes.length < size) {
      throw new EOFException("the answer ended after " + bytes.length + " of " + size + " bytes");
    }
    return bytes;
  }

  /** The next line, without its end. */
  String line() throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (int c = in.read(); c != '\n'; c = in.read()) {
      if (c < 0) {
        throw new EOFException(
            "the connection ended in a line: " + line.toString(StandardCharsets.UTF_8));
      }
      if (c != '\r') {
        line.write(c);
      }
    }
    return line.toString(StandardCharsets.UTF_8);
  }

  /** Whether the other end closed the connection, waiting for it if need be. */
  boolean isCutOff() throws IOException {
    try {
      int c = in.read();
      while (c >= 0) {
        c = in.read();
      }
      return true;
    } catch (java.net.SocketTimeoutException e) {
      return false;
    } catch (java.net.SocketException e) {
      return true;
    }
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
