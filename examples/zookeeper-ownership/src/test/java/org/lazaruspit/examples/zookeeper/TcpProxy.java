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
 * Proxy between one pit and the servers. While it is cut, no data passes in either direction and no
 * connection ends, as after a loss of packets. Delayed data passes after the restoration.
 */
final class TcpProxy implements AutoCloseable {

  private final List<ServerSocket> listeners = new ArrayList<>();
  private final Set<Socket> connections = ConcurrentHashMap.newKeySet();
  private boolean cut;
  private boolean closed;

  TcpProxy(List<InetSocketAddress> servers) throws IOException {
    for (InetSocketAddress server : servers) {
      ServerSocket listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
      listeners.add(listener);
      thread(() -> accept(listener, server));
    }
  }

  String connect() {
    return listeners.stream()
        .map(listener -> "127.0.0.1:" + listener.getLocalPort())
        .collect(Collectors.joining(","));
  }

  synchronized void cut() {
    cut = true;
  }

  synchronized void restore() {
    cut = false;
    notifyAll();
  }

  private synchronized boolean awaitConnected() throws InterruptedException {
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
                return; // closed by one of the two sides
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            },
            "tcp-proxy");
    thread.setDaemon(true);
    thread.start();
  }

  private void accept(ServerSocket listener, InetSocketAddress server) throws IOException {
    while (true) {
      Socket pit = listener.accept();
      connections.add(pit);
      thread(() -> connect(pit, server));
    }
  }

  private void connect(Socket pit, InetSocketAddress server)
      throws IOException, InterruptedException {
    Socket upstream = new Socket();
    connections.add(upstream);
    try {
      if (awaitConnected()) {
        upstream.connect(server, 5_000);
        thread(() -> pump(pit, upstream));
        pump(upstream, pit);
      }
    } finally {
      end(pit);
      end(upstream);
    }
  }

  private void pump(Socket from, Socket to) throws IOException, InterruptedException {
    byte[] buffer = new byte[1 << 14];
    try {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
        if (!awaitConnected()) {
          return;
        }
        out.write(buffer, 0, read);
      }
      awaitConnected(); // the end of a connection is delayed too
    } finally {
      end(from);
      end(to);
    }
  }

  private void end(Socket socket) throws IOException {
    connections.remove(socket);
    socket.close();
  }

  @Override
  public void close() throws IOException {
    synchronized (this) {
      closed = true;
      notifyAll();
    }
    for (ServerSocket listener : listeners) {
      listener.close();
    }
    for (Socket socket : connections) {
      end(socket);
    }
  }
}
