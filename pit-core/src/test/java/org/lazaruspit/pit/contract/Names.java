package org.lazaruspit.pit.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.function.Supplier;

/** Rules for the names of plug-ins. */
final class Names {

  private Names() {}

  static void check(Supplier<String> one, Supplier<String> another) {
    String name = one.get();
    assertTrue(name.matches("[a-z0-9][a-z0-9._-]{0,63}"), () -> "\"" + name + "\"");
    assertEquals(name, one.get(), "called twice");
    assertEquals(name, another.get(), "called on another instance");
  }
}
