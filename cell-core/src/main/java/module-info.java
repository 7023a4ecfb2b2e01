/**
 * Mission cells on disk: loading, validating, editing and checkpointing directories of JSON files.
 */
module org.lazaruspit.cell {
  requires static transitive com.google.errorprone.annotations;
  requires static transitive org.jspecify;
  requires org.slf4j;
  requires tools.jackson.core;

  exports org.lazaruspit.cell;
}
