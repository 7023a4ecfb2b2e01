package org.lazaruspit.examples.pit.service;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.core.spi.ContextAwareBase;

/**
 * How a command logs that is no daemon: what a person should look at, on standard error, since
 * standard output is the answer. Logback finds it as a service; a configuration file of Logback's
 * own that {@code -Dlogback.configurationFile} names goes before it.
 */
public final class LogDefaults extends ContextAwareBase implements Configurator {

  /** Made by the service loader. */
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
