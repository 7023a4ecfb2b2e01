/** A health registry: who is alive, who is silent, who is stuck, and what changed. */
module org.lazaruspit.heartbeat {
  requires static com.google.errorprone.annotations;
  requires static transitive org.jspecify;
  requires org.slf4j;

  exports org.lazaruspit.heartbeat;
}
