package org.lazaruspit.pit.internal.notify;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Tells new problems from repeated ones, so that each is logged once. Thread-safe. */
public final class LogOnChange {

  private final Map<Object, String> current = new ConcurrentHashMap<>();

  /** Records the problem of a subject; returns whether it differs from the last one. */
  public boolean isNew(Object subject, String problem) {
    return !problem.equals(current.put(subject, problem));
  }

  /** Clears the problem of a subject; returns whether there was one. */
  public boolean clear(Object subject) {
    return current.remove(subject) != null;
  }
}
