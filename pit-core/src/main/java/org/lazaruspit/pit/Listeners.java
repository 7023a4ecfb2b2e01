package org.lazaruspit.pit;

import java.util.List;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells each listener by itself: one that throws is named in the log and hurts no other. */
final class Listeners {

  private static final Logger log = LoggerFactory.getLogger(Listeners.class);

  private final List<PitListener> listeners;

  Listeners(List<PitListener> listeners) {
    this.listeners = List.copyOf(listeners);
  }

  void revivalChanged(Revival revival) {
    tell("a change of revival " + revival.id(), listener -> listener.revivalChanged(revival));
  }

  void roundEnded(PitReport report) {
    tell("the end of a round", listener -> listener.roundEnded(report));
  }

  private void tell(String event, Consumer<PitListener> call) {
    for (PitListener listener : listeners) {
      try {
        call.accept(listener);
      } catch (RuntimeException e) {
        log.warn("listener {} failed on {}", listener.getClass().getName(), event, e);
      }
    }
  }
}
