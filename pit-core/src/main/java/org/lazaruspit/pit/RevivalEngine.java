package org.lazaruspit.pit;

import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.UUID;
import org.lazaruspit.pit.internal.revival.Revivals;
import org.lazaruspit.pit.spi.AgentRef;

/**
 * Requests, approves, orders, lists and explains revivals. Thread-safe.
 *
 * <p>An order ({@link #stop}, {@link #pause}, {@link #resume}, {@link #lift}, {@link #revive}) is
 * in the cell's journal when the call returns, holds across restarts of the pit, and is overridden
 * by no automatic rule.
 */
public final class RevivalEngine {

  private final Revivals revivals;

  RevivalEngine(Revivals revivals) {
    this.revivals = revivals;
  }

  /**
   * Requests a revival. An agent has at most one open request: a second call returns the open one.
   *
   * @param agent the agent to revive
   * @param cause the class of the failure
   * @param evidence the evidence, as text
   * @return the open request, or empty where an order, the policy, or the state of the agent
   *     forbids one: {@link #why} gives the reason
   * @throws IOException if the journal cannot be written: then nothing has happened
   * @throws NoSuchElementException if this pit does not own the agent's cell, or there is no such
   *     agent
   */
  public Optional<Revival> request(AgentRef agent, FailureCause cause, String evidence)
      throws IOException {
    return revivals.request(agent, cause, evidence);
  }

  /**
   * Approves a revival, or a hand-over, that is pending approval. The approval is good for one use,
   * for this agent in this incarnation, within 24 h of the request, and only if the agent still
   * needs the revival by then.
   *
   * @param revival the revival's id
   * @param by the approving operator, for the journal
   * @return the revival after the approval
   * @throws IOException if the journal cannot be written
   * @throws NoSuchElementException if there is no such revival
   * @throws IllegalStateException if it is not pending approval, or was requested over 24 h ago
   */
  public Revival approve(String revival, String by) throws IOException {
    return revivals.approve(revival, by);
  }

  /**
   * Denies a revival, or a hand-over, that is pending approval. The denial holds until the agent
   * has a new incarnation, or an operator orders its revival.
   *
   * @param revival the revival's id
   * @param reason the reason, for the journal
   * @return the revival after the denial
   * @throws IOException if the journal cannot be written
   * @throws NoSuchElementException if there is no such revival
   * @throws IllegalStateException if it is not pending approval, or was requested over 24 h ago
   */
  public Revival deny(String revival, String reason) throws IOException {
    return revivals.deny(revival, reason);
  }

  /**
   * Revives an agent on an operator's order: ends its stop, pause, quarantine or hold, needs no
   * approval, and does not spend its budget. A healthy agent is left alone.
   *
   * @param agent the agent
   * @param reason the operator and the reason, for the journal
   * @return the open revival
   * @throws IOException if the journal cannot be written
   * @throws NoSuchElementException if this pit does not own the agent's cell, or there is no such
   *     agent
   * @throws IllegalStateException if its mission is not active, or its whole cell is stopped or
   *     paused
   */
  public Revival revive(AgentRef agent, String reason) throws IOException {
    return revivals.revive(agent, reason);
  }

  /**
   * Stops an agent and keeps it stopped, until an operator resumes or revives it.
   *
   * @param agent the agent
   * @param reason the operator and the reason, for the journal
   * @throws IOException if the journal cannot be written
   * @throws NoSuchElementException as in {@link #revive}
   */
  public void stop(AgentRef agent, String reason) throws IOException {
    revivals.stop(agent, reason);
  }

  /**
   * Stops every agent of a cell and keeps them stopped, until an operator resumes the cell.
   *
   * @param cellId the cell
   * @param reason the operator and the reason, for the journal
   * @throws IOException if the journal cannot be written
   * @throws NoSuchElementException if this pit does not own the cell
   */
  public void stop(UUID cellId, String reason) throws IOException {
    revivals.stop(cellId, reason);
  }

  /**
   * Pauses supervision of an agent: dead or alive, it is left alone until an operator resumes it or
   * the pause ends. A revival under way is finished.
   *
   * @param agent the agent
   * @param until the end of the pause; empty for none
   * @param reason the operator and the reason, for the journal
   * @throws IOException if the journal cannot be written
   * @throws NoSuchElementException as in {@link #revive}
   */
  public void pause(AgentRef agent, Optional<Instant> until, String reason) throws IOException {
    revivals.pause(agent, until, reason);
  }

  /**
   * Pauses supervision of every agent of a cell, as {@link #pause(AgentRef, Optional, String)} does
   * for one agent.
   *
   * @param cellId the cell
   * @param until the end of the pause; empty for none
   * @param reason the operator and the reason, for the journal
   * @throws IOException if the journal cannot be written
   * @throws NoSuchElementException if this pit does not own the cell
   */
  public void pause(UUID cellId, Optional<Instant> until, String reason) throws IOException {
    revivals.pause(cellId, until, reason);
  }

  /**
   * Ends a stop or a pause of an agent. A restriction of its cell still holds.
   *
   * @param agent the agent
   * @param reason the operator and the reason, for the journal
   * @throws IOException if the journal cannot be written
   * @throws NoSuchElementException as in {@link #revive}
   */
  public void resume(AgentRef agent, String reason) throws IOException {
    revivals.resume(agent, reason);
  }

  /**
   * Ends a stop or a pause of a cell. Restrictions of single agents still hold.
   *
   * @param cellId the cell
   * @param reason the operator and the reason, for the journal
   * @throws IOException if the journal cannot be written
   * @throws NoSuchElementException if this pit does not own the cell
   */
  public void resume(UUID cellId, String reason) throws IOException {
    revivals.resume(cellId, reason);
  }

  /**
   * Ends a quarantine or a hold of an agent: sets the status in its file to {@code active}; if the
   * agent is dead, the pit revives it by its policy.
   *
   * @param agent the agent
   * @param reason the operator and the reason, for the journal
   * @throws IOException if its file or the journal cannot be written
   * @throws NoSuchElementException as in {@link #revive}
   */
  public void lift(AgentRef agent, String reason) throws IOException {
    revivals.lift(agent, reason);
  }

  /**
   * Ends every quarantine and hold in a cell. Of its dead agents a canary is revived first, and the
   * others once the canary is healthy.
   *
   * @param cellId the cell
   * @param reason the operator and the reason, for the journal
   * @throws IOException if a file or the journal cannot be written
   * @throws NoSuchElementException if this pit does not own the cell
   */
  public void lift(UUID cellId, String reason) throws IOException {
    revivals.lift(cellId, reason);
  }

  /**
   * Returns the agents that accept orders.
   *
   * @return every agent of the cells that this pit owns now, by cell and id
   */
  public List<AgentRef> agents() {
    return revivals.agents();
  }

  /**
   * Returns the restrictions of an agent: by order, or by its own record.
   *
   * @param agent the agent
   * @return its own and its cell's that hold now; empty for an agent without any
   * @throws NoSuchElementException as in {@link #revive}
   */
  public List<Restriction> restrictions(AgentRef agent) {
    return revivals.restrictions(agent);
  }

  /**
   * Returns the restriction of a whole cell.
   *
   * @param cellId the cell
   * @return its stop or pause; empty for a cell without either
   * @throws NoSuchElementException if this pit does not own the cell
   */
  public Optional<Restriction> restriction(UUID cellId) {
    return revivals.restriction(cellId);
  }

  /**
   * Explains the state of an agent: the evidence, the rules that apply, and the next action.
   *
   * @param agent the agent
   * @return the explanation, as of now
   * @throws NoSuchElementException as in {@link #revive}
   */
  public Explanation why(AgentRef agent) {
    return revivals.why(agent);
  }

  /**
   * Returns every revival and hand-over of the cells that this pit owns, oldest first.
   *
   * @return open and ended ones
   */
  public List<Revival> revivals() {
    return revivals.all();
  }

  /**
   * Reads the journal lines of one revival or hand-over: the begin of each step, the failed
   * attempts and their reasons.
   *
   * @param revival the revival's id
   * @return its lines, oldest first; none in a dry run, which writes no line that counts
   * @throws IOException if the journal cannot be read
   * @throws NoSuchElementException if there is no such revival
   */
  public List<RevivalLogEntry> log(String revival) throws IOException {
    return revivals.log(revival);
  }
}
