/** The health registry over HTTP, with the JDK's own server and client. */
module org.lazaruspit.heartbeat.http {
  requires static com.google.errorprone.annotations;
  requires static transitive org.jspecify;
  requires transitive org.lazaruspit.heartbeat;
  requires transitive jdk.httpserver;
  requires transitive java.net.http;
  requires org.slf4j;
  requires tools.jackson.core;

  exports org.lazaruspit.heartbeat.http;
}
