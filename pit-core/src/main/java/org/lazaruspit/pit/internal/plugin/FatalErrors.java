package org.lazaruspit.pit.internal.plugin;

/**
 * Tells errors of the JVM, which end the pit, from faults of a plug-in. A stack overflow is a fault
 * of the plug-in and unwinds its own stack; a linkage error comes from a plug-in built against
 * other versions.
 */
final class FatalErrors {

  private FatalErrors() {}

  /** Throws the first fatal error in the chain of causes; returns if there is none. */
  static void rethrowIfFatal(Throwable thrown) {
    for (Throwable each = thrown; each != null; each = each.getCause()) {
      if (each instanceof VirtualMachineError error && !(each instanceof StackOverflowError)) {
        throw error;
      }
    }
  }
}
