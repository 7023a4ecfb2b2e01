package org.lazaruspit.examples.pit.service;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.core.spi.ContextAwareBase;

/**
 * Log settings of commands other than the daemon: warnings and errors, on standard error, since
 * standard output is the result. Logback finds this class as a service; a file named by {@code
 * -Dlogback.configurationFile} takes precedence.
 */
public final class LogDefaults extends ContextAwareBase implements Configurator {

  /** Called by the service loader. */
  public LogDefaults() {}

  @Override
  public ExecutionStatus configure(LoggerContext context) {
    if (Logging.isConfiguredByHand()) {
      return ExecutionStatus.INVOKE_NEXT_IF_ANY;
    }
    Logging.console(context, LogLines.Format.TEXT, "System.err", Level.WARN);
    return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
  }
}
