package org.lazaruspit.pit.internal.plugin;

/**
 * What no plug-in can be blamed for, and nobody should go on after: the machine's own errors. A
 * stack overflow is not among them, since it is the fault of whoever recursed and unwinds his stack
 * alone. Neither is a linkage error: it comes from a plug-in made for other versions.
 */
final class FatalErrors {

  private FatalErrors() {}

  /** Throws what is fatal, wherever in the chain of causes; returns otherwise. */
  static void rethrowIfFatal(Throwable thrown) {
    for (Throwable each = thrown; each != null; each = each.getCause()) {
      if (each instanceof VirtualMachineError error && !(each instanceof StackOverflowError)) {
        throw error;
      }
    }
  }
}
