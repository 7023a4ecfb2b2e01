package org.lazaruspit.examples.pit.metrics;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import java.util.concurrent.atomic.LongAdder;

/** Counts logged warnings and errors. Thread-safe. */
public final class LogCounts extends AppenderBase<ILoggingEvent> {

  private final LongAdder warnings = new LongAdder();
  private final LongAdder errors = new LongAdder();

  @Override
  protected void append(ILoggingEvent event) {
    if (event.getLevel().isGreaterOrEqual(Level.ERROR)) {
      errors.increment();
    } else if (event.getLevel().isGreaterOrEqual(Level.WARN)) {
      warnings.increment();
    }
  }

  public long warnings() {
    return warnings.sum();
  }

  public long errors() {
    return errors.sum();
  }
}
