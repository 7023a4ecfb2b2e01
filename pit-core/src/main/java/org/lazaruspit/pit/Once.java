package org.lazaruspit.pit;

import java.util.HashMap;
import java.util.Map;

/** Tells repeated trouble from new: logged once, then only counted. Not thread-safe. */
final class Once {

  private final Map<Object, String> current = new HashMap<>();

  /** True when this subject's trouble differs from what was said of it last. */
  boolean changed(Object subject, String trouble) {
    return !trouble.equals(current.put(subject, trouble));
  }

  /** True when there was trouble before. */
  boolean over(Object subject) {
    return current.remove(subject) != null;
  }
}
