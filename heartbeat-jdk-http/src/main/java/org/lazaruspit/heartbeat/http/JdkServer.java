package org.lazaruspit.heartbeat.http;

import com.sun.net.httpserver.HttpServer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Settings of the JDK's server, made before the first server of this JVM exists. */
final class JdkServer {

  private static final Logger LOG = LoggerFactory.getLogger(HeartbeatServer.class);
  private static final String NO_DELAY = "sun.net.httpserver.nodelay";
  private static final String MAX_CONNECTIONS = "jdk.httpserver.maxConnections";
  private static final int DEFAULT_MAX_CONNECTIONS = 10_000;

  private JdkServer() {}

  /**
   * Disables Nagle's algorithm. The JDK writes head and body of a response separately, and with
   * Nagle's algorithm the body waits for the client's delayed acknowledgement of the head: 44 ms on
   * Linux.
   *
   * @return false if the setting is too late
   */
  static boolean disableNagle() {
    if (Boolean.getBoolean(NO_DELAY)) {
      return true;
    }
    boolean early = !serverExists();
    System.setProperty(NO_DELAY, "true");
    if (!early) {
      LOG.warn(
          "HTTP server: an earlier HttpServer of this JVM started without -D{}=true: each response on a"
              + " kept-alive connection may take 40 ms longer",
          NO_DELAY);
    }
    return early;
  }

  /**
   * Limits the connections of each server of this JVM, unless a limit is set.
   *
   * @return false if the setting is too late
   */
  static boolean limitConnections() {
    if (System.getProperty(MAX_CONNECTIONS) != null) {
      return true;
    }
    boolean early = !serverExists();
    System.setProperty(MAX_CONNECTIONS, Integer.toString(DEFAULT_MAX_CONNECTIONS));
    if (!early) {
      LOG.warn(
          "HTTP server: an earlier HttpServer of this JVM started without -D{}: the number of"
              + " connections has no limit",
          MAX_CONNECTIONS);
    }
    return early;
  }

  /** Returns whether a server exists; each server of the JDK has a thread of this name. */
  private static boolean serverExists() {
    return Thread.getAllStackTraces().keySet().stream()
        .anyMatch(thread -> thread.getName().equals("HTTP-Dispatcher"));
  }

  /**
   * Starts a server on a daemon thread, since the JDK's dispatcher thread inherits the daemon
   * status.
   */
  static void startAsDaemon(HttpServer http) {
    Thread starter = new Thread(http::start, "lazarus-http-start");
    starter.setDaemon(true);
    starter.start();
    boolean interrupted = false;
    while (starter.isAlive()) {
      try {
        starter.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
