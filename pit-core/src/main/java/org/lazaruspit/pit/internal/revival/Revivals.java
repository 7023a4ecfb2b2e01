package org.lazaruspit.pit.internal.revival;

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
import org.lazaruspit.pit.Explanation;
import org.lazaruspit.pit.FailureCause;
import org.lazaruspit.pit.PitConfig;
import org.lazaruspit.pit.PitReport;
import org.lazaruspit.pit.Restriction;
import org.lazaruspit.pit.Revival;
import org.lazaruspit.pit.RevivalLogEntry;
import org.lazaruspit.pit.internal.cell.OwnedCell;
import org.lazaruspit.pit.internal.cell.OwnedCells;
import org.lazaruspit.pit.internal.journal.JournalReader;
import org.lazaruspit.pit.internal.journal.RevivalIds;
import org.lazaruspit.pit.internal.ledger.AgentHistory;
import org.lazaruspit.pit.internal.ledger.RevivalLedger;
import org.lazaruspit.pit.spi.AgentRef;

/**
 * Revivals of all owned cells: requests from the loop, orders and approvals from operators, queries
 * from both. Decisions are written to the journal here; the dispatcher carries them out.
 * Thread-safe.
 */
public final class Revivals {

  private final InstantSource clock;
  private final RevivalDispatcher dispatcher;
  private final RevivalRequests requests;
  private final CanaryGate canaries;
  private final OperatorOrders orders;
  private final Approvals approvals;
  private final OwnedCells cells;
  private final Explainer explainer;
  private volatile Map<AgentRef, String> judgements = Map.of();

  /**
   * Creates the entry to the dispatcher.
   *
   * @param dryRun whether decisions are only journaled
   * @param wakeUp begins a round at once
   */
  public Revivals(
      PitConfig config,
      InstantSource clock,
      RevivalIds ids,
      QuarantinePlanner quarantines,
      CanaryGate canaries,
      RevivalDispatcher dispatcher,
      OwnedCells cells,
      boolean dryRun,
      Runnable wakeUp) {
    this.cells = cells;
    this.clock = clock;
    this.dispatcher = dispatcher;
    this.approvals = new Approvals(clock);
    this.explainer = new Explainer(config, clock, dispatcher);
    this.canaries = canaries;
    this.requests =
        new RevivalRequests(config, clock, ids, quarantines, canaries, dispatcher, dryRun);
    this.orders = new OperatorOrders(clock, ids, canaries, dispatcher, wakeUp);
  }

  /** Requests a revival of an agent in its current incarnation. */
  public Optional<Revival> request(AgentRef agent, FailureCause cause, String evidence)
      throws IOException {
    long incarnation = owned(agent).ledger().incarnation(agent.agentId());
    return request(agent, incarnation, cause, evidence, Optional.empty());
  }

  /**
   * Requests a revival on evidence about one incarnation; evidence about an older incarnation is
   * ignored.
   *
   * @param since when the trouble began, if known: listeners are then notified
   */
  public Optional<Revival> request(
      AgentRef agent,
      long incarnation,
      FailureCause cause,
      String evidence,
      Optional<Instant> since)
      throws IOException {
    return requests.request(owned(agent), agent, incarnation, cause, evidence, since);
  }

  /** Returns the entry for findings of the loop. */
  public RevivalRequests requests() {
    return requests;
  }

  /** Returns the groups of agents that share a cause. */
  public CanaryGate canaries() {
    return canaries;
  }

  /** Carries out open revivals, as far as limits allow. Called at every poll. */
  public void dispatch() {
    dispatcher.dispatch();
  }

  /** Returns whether an open revival is due and no thread works on it. */
  public boolean neglected(OwnedCell cell, Revival revival) {
    return dispatcher.neglected(cell, revival);
  }

  /** Stops the agent if it runs and an operator has ordered a stop. */
  public void enforceStop(OwnedCell cell, String agentId) {
    dispatcher.enforceStop(cell, agentId);
  }

  /** Keeps the judgements of the last round, for explanations. */
  public void judged(PitReport report) {
    Map<AgentRef, String> found = new HashMap<>();
    report.agents().forEach(line -> found.put(line.agent(), line.judgement()));
    judgements = found;
  }

  /** Approves a pending revival or hand-over, and carries it out. */
  public Revival approve(String revival, String by) throws IOException {
    Revival decided = approvals.approve(owning(revival), revival, by);
    dispatch();
    return decided;
  }

  /** Denies a pending revival or hand-over. */
  public Revival deny(String revival, String reason) throws IOException {
    return approvals.deny(owning(revival), revival, reason);
  }

  /** Revives an agent on an operator's order. */
  public Revival revive(AgentRef agent, String reason) throws IOException {
    return orders.revive(owned(agent), agent.agentId(), reason);
  }

  /** Stops an agent until an operator resumes or revives it. */
  public void stop(AgentRef agent, String reason) throws IOException {
    orders.stop(owned(agent), agent.agentId(), reason);
  }

  /** Stops every agent of a cell until an operator resumes the cell. */
  public void stop(UUID cellId, String reason) throws IOException {
    orders.stop(owned(cellId), OperatorOrders.WHOLE_CELL, reason);
  }

  /** Pauses supervision of an agent. */
  public void pause(AgentRef agent, Optional<Instant> until, String reason) throws IOException {
    orders.pause(owned(agent), agent.agentId(), until, reason);
  }

  /** Pauses supervision of a cell. */
  public void pause(UUID cellId, Optional<Instant> until, String reason) throws IOException {
    orders.pause(owned(cellId), OperatorOrders.WHOLE_CELL, until, reason);
  }

  /** Ends a stop or a pause of an agent. */
  public void resume(AgentRef agent, String reason) throws IOException {
    orders.resume(owned(agent), agent.agentId(), reason);
  }

  /** Ends a stop or a pause of a cell. */
  public void resume(UUID cellId, String reason) throws IOException {
    orders.resume(owned(cellId), OperatorOrders.WHOLE_CELL, reason);
  }

  /** Ends a quarantine or a hold of an agent. */
  public void lift(AgentRef agent, String reason) throws IOException {
    orders.lift(owned(agent), List.of(agent.agentId()), reason);
  }

  /** Ends every quarantine and hold in a cell. */
  public void lift(UUID cellId, String reason) throws IOException {
    OwnedCell owned = owned(cellId);
    orders.lift(owned, List.copyOf(owned.cell().agents().keySet()), reason);
  }

  /** Returns every agent of the owned cells, by cell and id. */
  public List<AgentRef> agents() {
    return cells.all().stream()
        .flatMap(owned -> owned.cell().agents().keySet().stream().map(owned::ref))
        .toList();
  }

  /** Returns the restrictions of an agent and of its cell that hold now. */
  public List<Restriction> restrictions(AgentRef agent) {
    RevivalLedger ledger = owned(agent).ledger();
    AgentHistory history = ledger.of(agent.agentId());
    List<Restriction> restrictions = new ArrayList<>();
    ledger.cellIntent().ifPresent(restrictions::add);
    history.intent().ifPresent(restrictions::add);
    history.restraint().ifPresent(restrictions::add);
    restrictions.removeIf(restriction -> !restriction.holds(clock.instant()));
    return List.copyOf(restrictions);
  }

  /** Returns the stop or pause of a cell that holds now. */
  public Optional<Restriction> restriction(UUID cellId) {
    return owned(cellId).ledger().cellIntent().filter(intent -> intent.holds(clock.instant()));
  }

  /** Explains the state of an agent. */
  public Explanation why(AgentRef agent) {
    Optional<String> judgement = Optional.ofNullable(judgements.get(agent));
    return explainer.explain(owned(agent), agent.agentId(), judgement);
  }

  /** Returns every revival and hand-over of the owned cells, oldest first. */
  public List<Revival> all() {
    return cells.all().stream()
        .flatMap(owned -> owned.ledger().all().stream())
        .sorted(Comparator.comparing(Revival::requestedAt))
        .toList();
  }

  /** Reads the journal lines of one revival, oldest first. */
  public List<RevivalLogEntry> log(String revival) throws IOException {
    return JournalReader.of(CellPaths.of(owning(revival).directory()).journal(), revival);
  }

  private OwnedCell owning(String revival) {
    return cells.all().stream()
        .filter(owned -> owned.ledger().find(revival).isPresent())
        .findFirst()
        .orElseThrow(() -> new NoSuchElementException("there is no revival " + revival));
  }

  private OwnedCell owned(UUID cellId) {
    return cells
        .find(cellId)
        .orElseThrow(
            () -> new NoSuchElementException("cell " + cellId + " is not owned by this pit"));
  }

  private OwnedCell owned(AgentRef agent) {
    return cells
        .find(agent.cellId())
        .filter(owned -> owned.cell().agents().containsKey(agent.agentId()))
        .orElseThrow(
            () ->
                new NoSuchElementException(
                    agent + " is not an agent of a cell that this pit owns"));
  }
}
