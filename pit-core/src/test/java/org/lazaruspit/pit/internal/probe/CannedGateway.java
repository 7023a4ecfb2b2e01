package org.lazaruspit.pit.internal.probe;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;

/** Gateway on a real socket that gives one prepared answer to every request. */
final class CannedGateway implements AutoCloseable {

  private final ServerSocket socket;
  private final Thread thread;
  private final List<String> requests = Collections.synchronizedList(new ArrayList<>());
  private final Semaphore arrived = new Semaphore(0);
  private volatile int status = 200;
  private volatile boolean stalls;
  private final CountDownLatch closed = new CountDownLatch(1);
  private volatile String answer = "{}";

  CannedGateway() throws IOException {
    socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    thread = new Thread(this::serve, "canned-gateway");
    thread.start();
  }

  URI uri() {
    return URI.create("http://127.0.0.1:" + socket.getLocalPort());
  }

  void answers(int newStatus, String newAnswer) {
    status = newStatus;
    answer = newAnswer;
  }

  /** Answers with headers and without the body. */
  void stalls() {
    stalls = true;
  }

  /** Waits for one more request. */
  void awaitRequest() throws InterruptedException {
    arrived.acquire();
  }

  /** Returns method, path, body and token of each request. */
  List<String> requests() {
    return List.copyOf(requests);
  }

  private void serve() {
    while (!socket.isClosed()) {
      try (Socket connection = socket.accept()) {
        answer(connection);
      } catch (IOException e) {
        // The connection or the socket was closed.
      }
    }
  }

  private void answer(Socket connection) throws IOException {
    BufferedReader in =
        new BufferedReader(new InputStreamReader(connection.getInputStream(), UTF_8));
    String first = in.readLine();
    String token = "";
    int length = 0;
    for (String line = in.readLine(); line != null && !line.isEmpty(); line = in.readLine()) {
      String lower = line.toLowerCase(Locale.ROOT);
      if (lower.startsWith("content-length:")) {
        length = Integer.parseInt(line.substring(15).strip());
      } else if (lower.startsWith("authorization:")) {
        token = line.substring(14).strip();
      }
    }
    StringBuilder body = new StringBuilder();
    while (body.length() < length) {
      body.append((char) in.read());
    }
    requests.add("%s %s %s".formatted(first, body, token).strip());
    arrived.release();
    byte[] bytes = answer.getBytes(UTF_8);
    String head =
        "HTTP/1.1 %d Canned\r\nContent-Length: %d\r\nConnection: close\r\n\r\n"
            .formatted(status, bytes.length);
    connection.getOutputStream().write(head.getBytes(UTF_8));
    if (stalls) {
      awaitClose();
      return;
    }
    connection.getOutputStream().write(bytes);
    connection.shutdownOutput();
  }

  private void awaitClose() {
    try {
      closed.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() throws IOException, InterruptedException {
    closed.countDown();
    socket.close();
    thread.join();
  }
}
