/** Health registry of agents: heartbeats, silence, failures, standstill, and events for changes. */
module org.lazaruspit.heartbeat {
  requires static transitive com.google.errorprone.annotations;
  requires static transitive org.jspecify;
  requires org.slf4j;

  exports org.lazaruspit.heartbeat;
}
