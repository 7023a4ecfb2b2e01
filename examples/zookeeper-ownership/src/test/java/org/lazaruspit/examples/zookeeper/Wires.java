package org.lazaruspit.examples.zookeeper;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/**
 * The way of one pit to the servers, which can be cut: then nothing comes through in either
 * direction and no connection ends, as when packets are lost. What was under way comes through when
 * it is mended, however late.
 */
final class Wires implements AutoCloseable {

  private final List<ServerSocket> ends = new ArrayList<>();
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private boolean cut;
  private boolean closed;

  Wires(List<InetSocketAddress> servers) throws IOException {
    for (InetSocketAddress server : servers) {
      ServerSocket end = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
      ends.add(end);
      thread(() -> accept(end, server));
    }
  }

  String connect() {
    return ends.stream()
        .map(end -> "127.0.0.1:" + end.getLocalPort())
        .collect(Collectors.joining(","));
  }

  synchronized void cut() {
    cut = true;
  }

  synchronized void mend() {
    cut = false;
    notifyAll();
  }

  private synchronized boolean awaitWhole() throws InterruptedException {
    while (cut && !closed) {
      wait();
    }
    return !closed;
  }

  private interface Task {
    void run() throws IOException, InterruptedException;
  }

  private static void thread(Task task) {
    Thread thread =
        new Thread(
            () -> {
              try {
                task.run();
              } catch (IOException e) {
                return; // one of the two ends has closed it
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            },
            "wire");
    thread.setDaemon(true);
    thread.start();
  }

  private void accept(ServerSocket end, InetSocketAddress server) throws IOException {
    while (true) {
      Socket pit = end.accept();
      open.add(pit);
      thread(() -> connect(pit, server));
    }
  }

  private void connect(Socket pit, InetSocketAddress server)
      throws IOException, InterruptedException {
    Socket there = new Socket();
    open.add(there);
    try {
      if (awaitWhole()) {
        there.connect(server, 5_000);
        thread(() -> pump(pit, there));
        pump(there, pit);
      }
    } finally {
      end(pit);
      end(there);
    }
  }

  private void pump(Socket from, Socket to) throws IOException, InterruptedException {
    byte[] buffer = new byte[1 << 14];
    try {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
        if (!awaitWhole()) {
          return;
        }
        out.write(buffer, 0, read);
      }
      awaitWhole(); // that one end has closed does not come through either
    } finally {
      end(from);
      end(to);
    }
  }

  private void end(Socket socket) throws IOException {
    open.remove(socket);
    socket.close();
  }

  @Override
  public void close() throws IOException {
    synchronized (this) {
      closed = true;
      notifyAll();
    }
    for (ServerSocket end : ends) {
      end.close();
    }
    for (Socket socket : open) {
      end(socket);
    }
  }
}
