package org.lazaruspit.examples.pit.service;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;

/** What has been opened on the way to something: closed again, in reverse, unless all went well. */
final class ResourceStack implements AutoCloseable {

  private final Deque<AutoCloseable> opened = new ArrayDeque<>();

  <T extends AutoCloseable> T keep(T resource) {
    opened.push(resource);
    return resource;
  }

  /** Whoever has them now closes them. */
  void allIsWell() {
    opened.clear();
  }

  @Override
  public void close() throws IOException {
    IOException trouble = null;
    for (AutoCloseable resource : opened) {
      try {
        resource.close();
      } catch (Exception e) {
        trouble = new IOException("cannot be closed: " + e.getMessage(), e);
      }
    }
    opened.clear();
    if (trouble != null) {
      throw trouble;
    }
  }
}
