package org.lazaruspit.pit.spi;

import java.io.IOException;
import java.util.List;

/**
 * Asks whether agents are healthy. Found with {@link java.util.ServiceLoader}, or handed in by
 * code.
 *
 * <p>Implementations are called from several threads and must be thread-safe. Whatever they throw
 * is logged under their name and counts as {@link ProbeResult.Verdict#UNREACHABLE}: a broken probe
 * never kills an agent.
 */
public interface HealthProbe {

  /**
   * The stable name by which configuration and logs call this plug-in.
   *
   * @return lower case, unique among probes, for example {@code gateway-http}
   */
  String name();

  /**
   * The instance to use with these settings.
   *
   * @param settings what the configuration says under this plug-in's name
   * @return this, or a new configured instance
   * @throws IllegalArgumentException where a setting cannot be used; the message names it
   */
  default HealthProbe configured(Settings settings) {
    return this;
  }

  /**
   * Asks about many agents, in as few requests as the other side allows. May block for as long as
   * its own time limits let it, and must return on interruption.
   *
   * @param targets whom to ask about; never empty
   * @return one result a target, in any order; a missing one counts as unreachable
   * @throws InterruptedException if the thread was interrupted while asking
   */
  List<ProbeResult> probe(List<ProbeTarget> targets) throws InterruptedException;

  /**
   * Tells whoever keeps the agent's health that a new incarnation is on its way, so that nothing
   * from the previous one counts any more. The default has nobody to tell.
   *
   * @param target the agent and its new incarnation
   * @throws IOException if it could not be told
   * @throws InterruptedException if the thread was interrupted meanwhile
   */
  default void register(ProbeTarget target) throws IOException, InterruptedException {}
}
