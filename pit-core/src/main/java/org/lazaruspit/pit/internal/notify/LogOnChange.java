package org.lazaruspit.pit.internal.notify;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Tells repeated trouble from new: logged once, and again when it is another. Thread-safe. */
public final class LogOnChange {

  private final Map<Object, String> current = new ConcurrentHashMap<>();

  /** True when this subject's trouble differs from what was said of it last. */
  public boolean isNew(Object subject, String trouble) {
    return !trouble.equals(current.put(subject, trouble));
  }

  /** True when there was trouble before. */
  public boolean clear(Object subject) {
    return current.remove(subject) != null;
  }
}
