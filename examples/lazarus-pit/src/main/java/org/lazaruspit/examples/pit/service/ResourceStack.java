package org.lazaruspit.examples.pit.service;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;

/** Closes resources in reverse order, unless they are released. */
final class ResourceStack implements AutoCloseable {

  private final Deque<AutoCloseable> resources = new ArrayDeque<>();

  <T extends AutoCloseable> T add(T resource) {
    resources.push(resource);
    return resource;
  }

  /** Leaves the resources open. */
  void release() {
    resources.clear();
  }

  @Override
  public void close() throws IOException {
    IOException failure = null;
    for (AutoCloseable resource : resources) {
      try {
        resource.close();
      } catch (Exception e) {
        failure = new IOException("cannot be closed: " + e.getMessage(), e);
      }
    }
    resources.clear();
    if (failure != null) {
      throw failure;
    }
  }
}
