/** HTTP interface of the health registry, with the JDK's server and client. */
module org.lazaruspit.heartbeat.http {
  requires static transitive com.google.errorprone.annotations;
  requires static transitive org.jspecify;
  requires transitive org.lazaruspit.heartbeat;
  requires transitive jdk.httpserver;
  requires transitive java.net.http;
  requires org.slf4j;
  requires tools.jackson.core;

  exports org.lazaruspit.heartbeat.http;
}
