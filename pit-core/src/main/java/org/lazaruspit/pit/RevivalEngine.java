package org.lazaruspit.pit;

import java.io.IOException;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Consumer;
import org.lazaruspit.cell.AutoRevive;
import org.lazaruspit.pit.RevivalEvent.Decided;
import org.lazaruspit.pit.RevivalEvent.Ended;
import org.lazaruspit.pit.RevivalEvent.Requested;
import org.lazaruspit.pit.RevivalEvent.Subject;
import org.lazaruspit.pit.spi.AgentRef;
import org.lazaruspit.pit.spi.Reviver;
import org.lazaruspit.pit.spi.RunningAgent;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The door to revivals: request, approve, deny, list. Decides what is to be done and has it written
 * down; what is written down, its dispatcher does. Thread-safe.
 */
public final class RevivalEngine {

  private static final Logger log = LoggerFactory.getLogger(RevivalEngine.class);
  private static final String ID_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";

  private final PitConfig config;
  private final InstantSource clock;
  private final RevivalDispatcher dispatcher;
  private final SecureRandom random = new SecureRandom();
  private final Map<UUID, CellWork> works = new ConcurrentSkipListMap<>();

  RevivalEngine(
      PitConfig config,
      Reviver reviver,
      RevivalRunner runner,
      InstantSource clock,
      ExecutorService attempts,
      ScheduledExecutorService timer,
      Consumer<RunningAgent> onRevived) {
    this.config = config;
    this.clock = clock;
    this.dispatcher =
        new RevivalDispatcher(
            config, reviver, runner, clock, attempts, timer, onRevived, works::values);
  }

  /** Takes on a cell, with whatever its journal says is still to be done. */
  void open(CellWork work) {
    works.put(work.id(), work);
  }

  /** Lets go of a cell; what runs for it ends by itself. */
  void close(CellWork work) {
    works.remove(work.id());
  }

  /**
   * Asks for a revival. One open request an agent: asking again returns the open one.
   *
   * @param agent whom to revive
   * @param cause why
   * @param evidence what was seen, in words
   * @return the open request, or empty where a person or the policy has said no to this incarnation
   * @throws IOException if it could not be written to the journal: then nothing has happened
   * @throws NoSuchElementException if this pit doesn't work the agent's cell, or there is no such
   *     agent
   */
  public Optional<Revival> request(AgentRef agent, Cause cause, String evidence)
      throws IOException {
    return request(agent, work(agent).ledger().incarnation(agent.agentId()), cause, evidence);
  }

  /** As above, for evidence about one incarnation: it says nothing about a later one. */
  Optional<Revival> request(AgentRef agent, long incarnation, Cause cause, String evidence)
      throws IOException {
    CellWork work = work(agent);
    if (!work.wanted(agent.agentId())) {
      return Optional.empty();
    }
    RevivalLedger ledger =
        work.decide(
            before ->
                before.incarnation(agent.agentId()) == incarnation
                    ? opening(work, before, agent.agentId(), cause, evidence)
                    : List.of());
    dispatch();
    return ledger.openRevival(agent.agentId());
  }

  /** The events that a request amounts to: none where there is nothing new to decide. */
  private List<RevivalEvent> opening(
      CellWork work, RevivalLedger ledger, String agentId, Cause cause, String evidence) {
    Optional<Revival> latest = ledger.latest(agentId);
    long incarnation = ledger.incarnation(agentId);
    if (latest.isPresent()
        && (latest.get().status().open() || settled(latest.get(), incarnation))) {
      return List.of();
    }
    Subject subject = new Subject(newId(), agentId, cause, 0, incarnation);
    AutoRevive policy = work.cell().effectivePolicies(config.defaultPolicies()).autoRevive();
    log.warn("{}: dead ({}): {}", work.label(agentId), cause.wireName(), evidence);
    Requested requested = new Requested(subject, statusUnder(policy), evidence);
    Optional<String> quarantine = quarantine(ledger, agentId);
    if (quarantine.isEmpty()) {
      return List.of(requested);
    }
    // First the file, then the journal: a pit that ends between the two comes here again.
    work.markFailed(agentId);
    return List.of(requested, new Ended(subject, RevivalStatus.FAILED, quarantine.get()));
  }

  /** A no holds for the incarnation that it was said about. */
  private static boolean settled(Revival latest, long incarnation) {
    return latest.incarnation() == incarnation
        && (latest.status() == RevivalStatus.DENIED || latest.status() == RevivalStatus.DECLINED);
  }

  private static RevivalStatus statusUnder(AutoRevive policy) {
    return switch (policy) {
      case YES -> RevivalStatus.PENDING;
      case ASK -> RevivalStatus.PENDING_APPROVAL;
      case NO -> RevivalStatus.DECLINED;
    };
  }

  private Optional<String> quarantine(RevivalLedger ledger, String agentId) {
    PitConfig.Limits limits = config.limits();
    int returns = ledger.returnsSince(agentId, clock.instant().minus(limits.perAgentWindow()));
    if (returns < limits.revivalsPerAgent()) {
      return Optional.empty();
    }
    return Optional.of(
        "quarantined: came back %d times within %d s, a person has to look"
            .formatted(returns, limits.perAgentWindow().toSeconds()));
  }

  /**
   * Says yes to a revival that waits for it.
   *
   * @param revival the revival's id
   * @param by who says so, for the journal
   * @return the revival as it is now
   * @throws IOException if it could not be written to the journal
   * @throws NoSuchElementException if there is no such revival
   * @throws IllegalStateException if it doesn't wait for approval
   */
  public Revival approve(String revival, String by) throws IOException {
    Revival decided = decide(revival, true, by);
    dispatch();
    return decided;
  }

  /**
   * Says no to a revival that waits for approval.
   *
   * @param revival the revival's id
   * @param reason why not, for the journal
   * @return the revival as it is now
   * @throws IOException if it could not be written to the journal
   * @throws NoSuchElementException if there is no such revival
   * @throws IllegalStateException if it doesn't wait for approval
   */
  public Revival deny(String revival, String reason) throws IOException {
    return decide(revival, false, reason);
  }

  private Revival decide(String id, boolean approved, String detail) throws IOException {
    for (CellWork work : works.values()) {
      if (work.ledger().find(id).isPresent()) {
        return work.decide(ledger -> List.of(decision(ledger, id, approved, detail)))
            .find(id)
            .orElseThrow();
      }
    }
    throw new NoSuchElementException("there is no revival " + id);
  }

  private static RevivalEvent decision(
      RevivalLedger ledger, String id, boolean approved, String detail) {
    Revival revival = ledger.find(id).orElseThrow();
    if (revival.status() != RevivalStatus.PENDING_APPROVAL) {
      throw new IllegalStateException(
          "revival %s is %s, only one that waits for approval can be decided"
              .formatted(id, revival.status().wireName()));
    }
    return new Decided(subject(revival, ledger, revival.attempt()), approved, detail);
  }

  /**
   * Every revival of the cells that this pit works, oldest first.
   *
   * @return open and ended ones
   */
  public List<Revival> revivals() {
    return works.values().stream()
        .flatMap(work -> work.ledger().all().stream())
        .sorted(Comparator.comparing(Revival::requestedAt))
        .toList();
  }

  /** Does what is open, as far as it may be done now. Called at every poll. */
  void dispatch() {
    dispatcher.dispatch();
  }

  private CellWork work(AgentRef agent) {
    CellWork work = works.get(agent.cellId());
    if (work == null || !work.cell().agents().containsKey(agent.agentId())) {
      throw new NoSuchElementException(agent + " is not an agent of a cell that this pit works");
    }
    return work;
  }

  private static Subject subject(Revival revival, RevivalLedger ledger, int attempt) {
    String agentId = revival.agent().agentId();
    return new Subject(
        revival.id(), agentId, revival.cause(), attempt, ledger.incarnation(agentId));
  }

  /** Short enough to be typed: 50 random bits. */
  private String newId() {
    StringBuilder id = new StringBuilder("rv-");
    for (int i = 0; i < 10; i++) {
      id.append(ID_ALPHABET.charAt(random.nextInt(ID_ALPHABET.length())));
    }
    return id.toString();
  }
}
