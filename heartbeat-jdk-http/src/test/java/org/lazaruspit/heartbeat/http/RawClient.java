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

/** Connection that sends exactly the given bytes, and reads responses like a strict client. */
final class RawClient implements AutoCloseable {

  private static final int TIMEOUT_MILLIS = 20_000;

  private final Socket socket;
  private final InputStream in;

  RawClient(InetSocketAddress address, int receiveBuffer) throws IOException {
    this.socket = new Socket();
    if (receiveBuffer > 0) {
      socket.setReceiveBufferSize(receiveBuffer);
    }
    socket.connect(address, TIMEOUT_MILLIS);
    socket.setSoTimeout(TIMEOUT_MILLIS);
    socket.setTcpNoDelay(true);
    this.in = new BufferedInputStream(socket.getInputStream());
  }

  static RawClient to(HeartbeatServer server) throws IOException {
    return new RawClient(server.address(), 0);
  }

  /** Connects with a small receive buffer. */
  static RawClient small(HeartbeatServer server) throws IOException {
    return new RawClient(server.address(), 4_096);
  }

  /** Response with the names of the headers in lower case. */
  record Response(int status, Map<String, String> headers, String body) {
    Map<?, ?> json() {
      return map();
    }

    /** Returns the value at this path of the JSON. */
    @Nullable Object at(String... path) {
      return JsonTree.at(JsonTree.of(body), path);
    }

    /** Returns the object at this path of the JSON. */
    Map<?, ?> map(String... path) {
      if (at(path) instanceof Map<?, ?> map) {
        return map;
      }
      throw new AssertionError("no object at " + String.join("/", path) + " of " + body);
    }

    String header(String name) {
      return headers.getOrDefault(name.toLowerCase(Locale.ROOT), "");
    }

    /** Returns the last part of the problem's type. */
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

  /** Sends a request with further headers, each with its line end, and reads the response. */
  Response request(String method, String path, String headers, String body) throws IOException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    String length = bytes.length == 0 ? "" : "Content-Length: " + bytes.length + "\r\n";
    send(method + " " + path + " HTTP/1.1\r\nHost: localhost\r\n" + length + headers + "\r\n");
    send(bytes);
    return response(method.equals("HEAD"));
  }

  Response request(String method, String path) throws IOException {
    return request(method, path, "", "");
  }

  Response request(String method, String path, String body) throws IOException {
    return request(method, path, "", body);
  }

  /** Sends one request on a new connection. */
  static Response once(HeartbeatServer server, String method, String path, String body)
      throws IOException {
    return once(server, method, path, "", body);
  }

  static Response once(
      HeartbeatServer server, String method, String path, String headers, String body)
      throws IOException {
    try (RawClient client = to(server)) {
      return client.request(method, path, headers, body);
    }
  }

  Response response() throws IOException {
    return response(false);
  }

  Response response(boolean toHead) throws IOException {
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
    return new Response(
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
      throw new EOFException("the response ended after " + bytes.length + " of " + size + " bytes");
    }
    return bytes;
  }

  /** Reads the next line, without its end. */
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

  /** Waits for the end of the connection; returns whether the server closed it. */
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
