package org.lazaruspit.pit;

import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.UUID;
import org.lazaruspit.cell.CellPaths;
import org.lazaruspit.pit.internal.cell.OwnedCell;
import org.lazaruspit.pit.internal.cell.OwnedCells;
import org.lazaruspit.pit.internal.journal.JournalReader;
import org.lazaruspit.pit.internal.journal.RevivalEvent;
import org.lazaruspit.pit.internal.journal.RevivalEvent.Decided;
import org.lazaruspit.pit.internal.journal.RevivalEvent.Subject;
import org.lazaruspit.pit.internal.journal.RevivalIds;
import org.lazaruspit.pit.internal.ledger.AgentHistory;
import org.lazaruspit.pit.internal.ledger.RevivalLedger;
import org.lazaruspit.pit.internal.revival.CanaryGate;
import org.lazaruspit.pit.internal.revival.Explainer;
import org.lazaruspit.pit.internal.revival.OperatorOrders;
import org.lazaruspit.pit.internal.revival.QuarantinePlanner;
import org.lazaruspit.pit.internal.revival.RevivalDispatcher;
import org.lazaruspit.pit.internal.revival.RevivalPlanner;
import org.lazaruspit.pit.internal.revival.RevivalRequests;
import org.lazaruspit.pit.spi.AgentRef;

/**
 * The door to revivals: request, approve, deny, order, list, explain. Decides what is to be done
 * and has it written down; what is written down, its dispatcher does. Thread-safe.
 *
 * <p>What a person says with {@link #stop}, {@link #pause}, {@link #resume}, {@link #lift} or
 * {@link #revive} is in the cell's journal when the call returns, holds across restarts of the pit,
 * and is overridden by no automatic rule.
 */
@SuppressWarnings("exports") // until the inside of the engine has moved
public final class RevivalEngine {

  private final InstantSource clock;
  private final RevivalDispatcher dispatcher;
  private final RevivalRequests requests;
  private final CanaryGate holds;
  private final OperatorOrders orders;
  private final OwnedCells works;
  private final Explainer explainer;
  private volatile Map<AgentRef, String> judged = Map.of();

  public RevivalEngine(
      PitConfig config,
      InstantSource clock,
      RevivalIds ids,
      QuarantinePlanner givingUp,
      CanaryGate holds,
      RevivalDispatcher dispatcher,
      OwnedCells works,
      boolean dryRun,
      Runnable wakeUp) {
    this.works = works;
    this.clock = clock;
    this.dispatcher = dispatcher;
    this.explainer = new Explainer(config, clock, dispatcher);
    this.holds = holds;
    this.requests = new RevivalRequests(config, clock, ids, givingUp, holds, dispatcher, dryRun);
    this.orders = new OperatorOrders(clock, ids, holds, dispatcher, wakeUp);
  }

  /**
   * Asks for a revival. One open request an agent: asking again returns the open one.
   *
   * @param agent whom to revive
   * @param cause why
   * @param evidence what was seen, in words
   * @return the open request, or empty where a person, the policy, or what is known of the agent
   *     stands against it: {@link #why} says what
   * @throws IOException if it could not be written to the journal: then nothing has happened
   * @throws NoSuchElementException if this pit doesn't work the agent's cell, or there is no such
   *     agent
   */
  public Optional<Revival> request(AgentRef agent, FailureCause cause, String evidence)
      throws IOException {
    long incarnation = work(agent).ledger().incarnation(agent.agentId());
    return request(agent, incarnation, cause, evidence, Optional.empty());
  }

  /**
   * As above, for evidence about one incarnation: it says nothing about a later one. Where it is
   * known since when the agent is in trouble, listeners are told.
   */
  public Optional<Revival> request(
      AgentRef agent,
      long incarnation,
      FailureCause cause,
      String evidence,
      Optional<Instant> since)
      throws IOException {
    return requests.request(work(agent), agent, incarnation, cause, evidence, since);
  }

  /** Whether what was decided about an open revival should be under way, and nobody does it. */
  public boolean neglected(OwnedCell work, Revival revival) {
    return dispatcher.neglected(work, revival);
  }

  /** What the loop finds is handed in here. */
  public RevivalRequests requests() {
    return requests;
  }

  /** Who shares its trouble with whom. */
  public CanaryGate holds() {
    return holds;
  }

  /** Ends what a person wants not to run, if it does. */
  public void enforceStop(OwnedCell work, String agentId) {
    dispatcher.enforceStop(work, agentId);
  }

  /**
   * Says yes to a revival, or a hand-over, that waits for it. The yes is good for one use, by this
   * agent in this incarnation, within 24 h, and only if the agent still needs it by then.
   *
   * @param revival the revival's id
   * @param by who says so, for the journal
   * @return the revival as it is now
   * @throws IOException if it could not be written to the journal
   * @throws NoSuchElementException if there is no such revival
   * @throws IllegalStateException if it doesn't wait for approval, or has waited for over 24 h
   */
  public Revival approve(String revival, String by) throws IOException {
    Revival decided = decide(revival, true, by);
    dispatch();
    return decided;
  }

  /**
   * Says no to a revival, or a hand-over, that waits for approval. The no holds until the agent has
   * a new incarnation, or a person has it revived.
   *
   * @param revival the revival's id
   * @param reason why not, for the journal
   * @return the revival as it is now
   * @throws IOException if it could not be written to the journal
   * @throws NoSuchElementException if there is no such revival
   * @throws IllegalStateException if it doesn't wait for approval, or has waited for over 24 h
   */
  public Revival deny(String revival, String reason) throws IOException {
    return decide(revival, false, reason);
  }

  private Revival decide(String id, boolean approved, String detail) throws IOException {
    for (OwnedCell work : works.all()) {
      if (work.ledger().find(id).isPresent()) {
        return work.decide(ledger -> List.of(decision(ledger, id, approved, detail)))
            .find(id)
            .orElseThrow();
      }
    }
    throw new NoSuchElementException("there is no revival " + id);
  }

  private RevivalEvent decision(RevivalLedger ledger, String id, boolean approved, String detail) {
    Revival revival = ledger.find(id).orElseThrow();
    if (revival.status() != RevivalStatus.PENDING_APPROVAL) {
      throw new IllegalStateException(
          "revival %s is %s, only one that waits for approval can be decided"
              .formatted(id, revival.status().wireName()));
    }
    if (RevivalPlanner.expired(revival.requestedAt(), clock.instant())) {
      throw new IllegalStateException(
          "revival %s was asked for at %s, more than 24 h ago: it will be asked anew"
              .formatted(id, revival.requestedAt()));
    }
    return new Decided(subject(revival, ledger.of(revival.agent().agentId())), approved, detail);
  }

  /**
   * Has an agent revived because a person says so: whatever has it stopped, paused, quarantined or
   * held ends, nobody is asked, and its budget is not spent. One that is healthy is left alone.
   *
   * @param agent whom
   * @param reason who says so and why, for the journal
   * @return the open revival
   * @throws IOException if it could not be written to the journal
   * @throws NoSuchElementException if this pit doesn't work the agent's cell, or there is no such
   *     agent
   * @throws IllegalStateException if its mission is not active, or its whole cell is stopped or
   *     paused
   */
  public Revival revive(AgentRef agent, String reason) throws IOException {
    return orders.revive(work(agent), agent.agentId(), reason);
  }

  /**
   * Stops an agent and keeps it stopped, until a person resumes or revives it.
   *
   * @param agent whom
   * @param reason who says so and why, for the journal
   * @throws IOException if it could not be written to the journal
   * @throws NoSuchElementException as in {@link #revive}
   */
  public void stop(AgentRef agent, String reason) throws IOException {
    orders.stop(work(agent), agent.agentId(), reason);
  }

  /**
   * Stops every agent of a cell and keeps them stopped, until a person resumes the cell.
   *
   * @param cellId the cell
   * @param reason who says so and why, for the journal
   * @throws IOException if it could not be written to the journal
   * @throws NoSuchElementException if this pit doesn't work the cell
   */
  public void stop(UUID cellId, String reason) throws IOException {
    orders.stop(work(cellId), OperatorOrders.WHOLE_CELL, reason);
  }

  /**
   * Leaves an agent alone, dead or alive, until a person resumes it or the time has come. A revival
   * under way is finished.
   *
   * @param agent whom
   * @param until when the pause ends by itself; empty for never
   * @param reason who says so and why, for the journal
   * @throws IOException if it could not be written to the journal
   * @throws NoSuchElementException as in {@link #revive}
   */
  public void pause(AgentRef agent, Optional<Instant> until, String reason) throws IOException {
    orders.pause(work(agent), agent.agentId(), until, reason);
  }

  /**
   * Leaves every agent of a cell alone, as {@link #pause(AgentRef, Optional, String)} does one.
   *
   * @param cellId the cell
   * @param until when the pause ends by itself; empty for never
   * @param reason who says so and why, for the journal
   * @throws IOException if it could not be written to the journal
   * @throws NoSuchElementException if this pit doesn't work the cell
   */
  public void pause(UUID cellId, Optional<Instant> until, String reason) throws IOException {
    orders.pause(work(cellId), OperatorOrders.WHOLE_CELL, until, reason);
  }

  /**
   * Ends a stop or a pause of an agent. What its cell is under still holds.
   *
   * @param agent whom
   * @param reason who says so and why, for the journal
   * @throws IOException if it could not be written to the journal
   * @throws NoSuchElementException as in {@link #revive}
   */
  public void resume(AgentRef agent, String reason) throws IOException {
    orders.resume(work(agent), agent.agentId(), reason);
  }

  /**
   * Ends a stop or a pause of a cell. What single agents are under still holds.
   *
   * @param cellId the cell
   * @param reason who says so and why, for the journal
   * @throws IOException if it could not be written to the journal
   * @throws NoSuchElementException if this pit doesn't work the cell
   */
  public void resume(UUID cellId, String reason) throws IOException {
    orders.resume(work(cellId), OperatorOrders.WHOLE_CELL, reason);
  }

  /**
   * Ends a quarantine or a hold of an agent: its file says {@code active} again, and if it is dead
   * the pit revives it as its policy says.
   *
   * @param agent whom
   * @param reason who says so and why, for the journal
   * @throws IOException if its file or the journal could not be written
   * @throws NoSuchElementException as in {@link #revive}
   */
  public void lift(AgentRef agent, String reason) throws IOException {
    orders.lift(work(agent), List.of(agent.agentId()), reason);
  }

  /**
   * Ends every quarantine and hold in a cell. Those that are dead come back one first, and the
   * others once that one is healthy.
   *
   * @param cellId the cell
   * @param reason who says so and why, for the journal
   * @throws IOException if a file or the journal could not be written
   * @throws NoSuchElementException if this pit doesn't work the cell
   */
  public void lift(UUID cellId, String reason) throws IOException {
    OwnedCell work = work(cellId);
    orders.lift(work, List.copyOf(work.cell().agents().keySet()), reason);
  }

  /**
   * Whom orders can be given to.
   *
   * @return every agent of the cells that this pit works now, by cell and id
   */
  public List<AgentRef> agents() {
    return works.all().stream()
        .flatMap(work -> work.cell().agents().keySet().stream().map(work::ref))
        .toList();
  }

  /**
   * What keeps an agent from being worked on, by a person's intent or by its own record.
   *
   * @param agent whom
   * @return its own and its cell's; empty for an agent that is under nothing
   * @throws NoSuchElementException as in {@link #revive}
   */
  public List<Restriction> standings(AgentRef agent) {
    RevivalLedger ledger = work(agent).ledger();
    AgentHistory history = ledger.of(agent.agentId());
    List<Restriction> standings = new ArrayList<>();
    ledger.cellIntent().ifPresent(standings::add);
    history.intent().ifPresent(standings::add);
    history.restraint().ifPresent(standings::add);
    standings.removeIf(standing -> !standing.holds(clock.instant()));
    return List.copyOf(standings);
  }

  /**
   * What a person intends with a whole cell.
   *
   * @param cellId the cell
   * @return its stop or pause; empty for a cell that is under neither
   * @throws NoSuchElementException if this pit doesn't work the cell
   */
  public Optional<Restriction> standing(UUID cellId) {
    return work(cellId).ledger().cellIntent().filter(intent -> intent.holds(clock.instant()));
  }

  /**
   * Says why an agent is where it is: the evidence, the rules that bear on it, and what happens
   * next.
   *
   * @param agent whom
   * @return the explanation, as of now
   * @throws NoSuchElementException as in {@link #revive}
   */
  public Explanation why(AgentRef agent) {
    Optional<String> judgement = Optional.ofNullable(judged.get(agent));
    return explainer.explain(work(agent), agent.agentId(), judgement);
  }

  /** Remembers what a round has found. */
  public void judged(PitReport report) {
    Map<AgentRef, String> found = new HashMap<>();
    report.agents().forEach(line -> found.put(line.agent(), line.judgement()));
    judged = found;
  }

  /**
   * Every revival and hand-over of the cells that this pit works, oldest first.
   *
   * @return open and ended ones
   */
  public List<Revival> revivals() {
    return works.all().stream()
        .flatMap(work -> work.ledger().all().stream())
        .sorted(Comparator.comparing(Revival::requestedAt))
        .toList();
  }

  /**
   * What has been written of one revival or hand-over, line by line: when each step was begun,
   * which attempts failed and why. Read from the cell's journal.
   *
   * @param revival the revival's id
   * @return its lines, oldest first; none in a dry run, which writes nothing that counts
   * @throws IOException if the journal cannot be read
   * @throws NoSuchElementException if there is no such revival
   */
  public List<RevivalLogEntry> lines(String revival) throws IOException {
    OwnedCell work =
        works.all().stream()
            .filter(candidate -> candidate.ledger().find(revival).isPresent())
            .findFirst()
            .orElseThrow(() -> new NoSuchElementException("there is no revival " + revival));
    return JournalReader.of(CellPaths.of(work.directory()).journal(), revival);
  }

  /** Does what is open, as far as it may be done now. Called at every poll. */
  public void dispatch() {
    dispatcher.dispatch();
  }

  private OwnedCell work(UUID cellId) {
    return works
        .find(cellId)
        .orElseThrow(
            () -> new NoSuchElementException("cell " + cellId + " is not worked by this pit"));
  }

  private OwnedCell work(AgentRef agent) {
    return works
        .find(agent.cellId())
        .filter(work -> work.cell().agents().containsKey(agent.agentId()))
        .orElseThrow(
            () ->
                new NoSuchElementException(
                    agent + " is not an agent of a cell that this pit works"));
  }

  public static Subject subject(Revival revival, AgentHistory history) {
    return new Subject(
        revival.id(),
        revival.agent().agentId(),
        revival.cause(),
        revival.attempt(),
        history.incarnation());
  }
}
