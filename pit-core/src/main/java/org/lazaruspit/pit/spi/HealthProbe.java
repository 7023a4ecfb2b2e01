package org.lazaruspit.pit.spi;

import java.io.IOException;
import java.util.List;

/**
 * Asks whether agents are healthy. Found with {@link java.util.ServiceLoader}, in a JAR of the
 * plug-in directory, or handed in by code. {@code HealthProbeContract} in this module's test JAR
 * holds every sentence below against an implementation.
 *
 * <p><b>Life.</b> An instance made by its constructor is only asked for its {@link #name} and
 * {@link #configured}. What that returns is used until it is closed; so is an instance handed in by
 * code.
 *
 * <p><b>Threads.</b> Implementations are called from several threads and must be thread-safe.
 *
 * <p><b>Time.</b> The loop waits for the answer: a probe has limits of its own. The pit does not
 * wait for it for ever: it goes on without the answer and interrupts the thread it left behind.
 *
 * <p><b>Interruption</b> ends a call soon, with {@link InterruptedException}.
 *
 * <p><b>Errors.</b> Whatever is thrown, and a null, is logged with the probe's name and the call,
 * and counts as {@link ProbeResult.Verdict#UNREACHABLE}: a broken probe never kills an agent.
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
   * Asks about many agents, in as few requests as the other side allows. That nobody answers about
   * some of them is their result, {@link ProbeResult.Verdict#UNREACHABLE}, and spoils no other's.
   *
   * @param targets whom to ask about; never empty
   * @return one result a target, in any order, and none about anybody else; a missing one counts as
   *     unreachable
   * @throws InterruptedException if the thread was interrupted while asking
   */
  List<ProbeResult> probe(List<ProbeTarget> targets) throws InterruptedException;

  /**
   * Tells whoever keeps the agent's health that a new incarnation is on its way, so that nothing
   * from the previous one counts any more. Telling it once more does no harm. The default has
   * nobody to tell.
   *
   * @param target the agent and its new incarnation
   * @throws IOException if it could not be told
   * @throws InterruptedException if the thread was interrupted meanwhile
   */
  default void register(ProbeTarget target) throws IOException, InterruptedException {}

  /**
   * Passes on a sign of life that an agent without a network has left in its heartbeat file. The
   * default has nobody to tell.
   *
   * @param target the agent, in the incarnation that beat
   * @param heartbeat what it said: the JSON of a heartbeat, as a gateway takes it, or an empty text
   * @throws IOException if it could not be passed on
   * @throws InterruptedException if the thread was interrupted meanwhile
   */
  default void heartbeat(ProbeTarget target, String heartbeat)
      throws IOException, InterruptedException {}

  /**
   * Listens to a gateway that can tell of changes, so that the pit need not wait for its next poll.
   * Must not block. The default cannot listen, and the pit polls.
   *
   * @param gateway whom to listen to
   * @param news called on any thread, and however often: when something about one of its agents may
   *     have changed
   * @return what ends it
   */
  default Listening listen(GatewayAddress gateway, Runnable news) {
    return () -> {};
  }

  /** A running connection to somebody who tells of changes. */
  interface Listening extends AutoCloseable {
    /** Ends it. A second call does nothing. */
    @Override
    void close();
  }

  /**
   * Ends what this probe itself runs (threads, connections). Called once when the pit closes; a
   * second call does nothing. The default has nothing to end.
   */
  default void close() {}
}
