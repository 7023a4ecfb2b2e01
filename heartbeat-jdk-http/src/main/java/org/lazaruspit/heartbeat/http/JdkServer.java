package org.lazaruspit.heartbeat.http;

import com.sun.net.httpserver.HttpServer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What has to be told to the JDK's server before the first one of this JVM exists. */
final class JdkServer {

  private static final Logger LOG = LoggerFactory.getLogger(HeartbeatServer.class);
  private static final String NO_DELAY = "sun.net.httpserver.nodelay";
  private static final String MAX_CONNECTIONS = "jdk.httpserver.maxConnections";
  private static final int DEFAULT_MAX_CONNECTIONS = 10_000;

  private JdkServer() {}

  /**
   * Has answers sent at once. The JDK writes head and body of an answer separately, and with
   * Nagle's algorithm the body waits for the client's delayed acknowledgement of the head: 44 ms on
   * Linux.
   *
   * @return false if that came too late
   */
  static boolean sendAtOnce() {
    if (Boolean.getBoolean(NO_DELAY)) {
      return true;
    }
    boolean early = !serverExists();
    System.setProperty(NO_DELAY, "true");
    if (!early) {
      LOG.warn(
          "an HttpServer was started before this one without -D{}=true: each answer on a kept-alive"
              + " connection may take 40 ms longer",
          NO_DELAY);
    }
    return early;
  }

  /**
   * Bounds the connections of each server of this JVM, unless somebody else did.
   *
   * @return false if that came too late
   */
  static boolean boundConnections() {
    if (System.getProperty(MAX_CONNECTIONS) != null) {
      return true;
    }
    boolean early = !serverExists();
    System.setProperty(MAX_CONNECTIONS, Integer.toString(DEFAULT_MAX_CONNECTIONS));
    if (!early) {
      LOG.warn(
          "an HttpServer was started before this one without -D{}: the number of connections has no"
              + " bound",
          MAX_CONNECTIONS);
    }
    return early;
  }

  /** The JDK reads its settings once, and each of its servers has a thread of this name. */
  private static boolean serverExists() {
    return Thread.getAllStackTraces().keySet().stream()
        .anyMatch(thread -> thread.getName().equals("HTTP-Dispatcher"));
  }

  /**
   * The JDK's dispatcher inherits whether it keeps the JVM alive from the thread that starts it.
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
