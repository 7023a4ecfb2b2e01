package org.lazaruspit.pit.internal.process;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.lazaruspit.cell.Incarnation;
import org.lazaruspit.pit.internal.isolation.ControlGroups;
import org.lazaruspit.pit.internal.os.ProcFs;
import org.lazaruspit.pit.internal.os.ProcFs.ProcessId;

/**
 * Record of an agent's start and end beside its lock, by the keeper: lines of a key and a value.
 * Without a keeper a shell writes the start, and the end stays open. Immutable.
 *
 * @param hostId the machine of the start: cells may be on a shared file system
 * @param bootId the boot that the process ids belong to
 * @param incarnation the agent's incarnation
 * @param uid the user of the agent; empty for the pit's own user
 * @param group the control group that the agent cannot leave; empty without one
 * @param unproven an earlier incarnation of this boot whose end was not proven; empty without one
 * @param keeper the keeper; empty for an agent without one
 * @param first the first process, which leads the agent's session
 * @param ended the status of the first process, as of wait(2); empty if it has not ended
 * @param gone whether the keeper saw the last process of the agent's tree end
 */
record AgentRecord(
    String hostId,
    String bootId,
    long incarnation,
    OptionalLong uid,
    Optional<Path> group,
    OptionalLong unproven,
    Optional<ProcessId> keeper,
    ProcessId first,
    OptionalInt ended,
    boolean gone) {

  private static final Pattern NUMBER = Pattern.compile("[0-9]{1,10}");
  private static final Pattern PROCESS = Pattern.compile("([0-9]{1,10}) ([0-9]{1,18})");

  /** Proof that no process of an agent is left. */
  enum Proof {
    GROUP("its control group is empty"),
    KEEPER("its keeper saw the end of its last process"),
    BOOT("this machine was restarted after its start");

    private final String evidence;

    Proof(String evidence) {
      this.evidence = evidence;
    }

    String evidence() {
      return evidence;
    }
  }

  /** Returns the lines before those of the keeper and the first process. */
  static String head(
      long incarnation, OptionalLong uid, Optional<Path> group, OptionalLong unproven) {
    StringBuilder head = new StringBuilder();
    head.append("host ").append(ProcFs.hostId()).append('\n');
    head.append("boot ").append(ProcFs.bootId()).append('\n');
    head.append("incarnation ").append(incarnation).append('\n');
    uid.ifPresent(number -> head.append("uid ").append(number).append('\n'));
    group.ifPresent(directory -> head.append("group ").append(directory).append('\n'));
    unproven.ifPresent(number -> head.append("unproven ").append(number).append('\n'));
    return head.toString();
  }

  /** Returns the record in this text; empty if a line is missing or invalid. */
  static Optional<AgentRecord> parse(String text) {
    Map<String, String> values = new HashMap<>();
    for (String line : text.split("\n", -1)) {
      int space = line.indexOf(' ');
      values.put(space < 0 ? line : line.substring(0, space), line.substring(space + 1));
    }
    String host = values.get("host");
    String boot = values.get("boot");
    OptionalLong incarnation = number(values.get("incarnation"));
    Optional<ProcessId> first = process(values.get("first"));
    if (text.indexOf('\0') >= 0
        || host == null
        || boot == null
        || incarnation.isEmpty()
        || incarnation.getAsLong() > Incarnation.MAX
        || first.isEmpty()) {
      return Optional.empty();
    }
    OptionalLong ended = number(values.get("ended"));
    return Optional.of(
        new AgentRecord(
            host,
            boot,
            incarnation.getAsLong(),
            number(values.get("uid")),
            Optional.ofNullable(values.get("group")).map(Path::of),
            number(values.get("unproven")),
            process(values.get("keeper")),
            first.get(),
            ended.isPresent() ? OptionalInt.of((int) ended.getAsLong()) : OptionalInt.empty(),
            values.containsKey("gone")));
  }

  private static OptionalLong number(@Nullable String text) {
    return text != null && NUMBER.matcher(text).matches()
        ? OptionalLong.of(Long.parseLong(text))
        : OptionalLong.empty();
  }

  private static Optional<ProcessId> process(@Nullable String text) {
    var matcher = PROCESS.matcher(text == null ? "" : text);
    return matcher.matches()
        ? Optional.of(
            new ProcessId(Long.parseLong(matcher.group(1)), Long.parseLong(matcher.group(2))))
        : Optional.empty();
  }

  /** Returns whether the other start is later: one of an earlier boot never is. */
  boolean isBefore(AgentRecord other) {
    return other.ofThisBoot() && (!ofThisBoot() || other.first.startTick() > first.startTick());
  }

  boolean ofThisBoot() {
    return bootId.equals(ProcFs.bootId());
  }

  boolean firstRuns() {
    return ofThisBoot() && first.runs();
  }

  boolean keeperRuns() {
    return ofThisBoot() && keeper.filter(ProcessId::runs).isPresent();
  }

  /** Returns whether the first process or the keeper runs, and no end of the last is recorded. */
  boolean runs() {
    return !gone && (firstRuns() || keeperRuns());
  }

  /** Returns the proof that no process is left; empty without a proof. */
  Optional<Proof> proof() {
    if (!hostId.equals(ProcFs.hostId())) {
      return Optional.empty();
    }
    if (!ofThisBoot()) {
      return Optional.of(Proof.BOOT);
    }
    if (unproven.isPresent()) {
      return Optional.empty();
    }
    if (group.isPresent()) { // the first process joins it after its start
      return !first.runs() && ControlGroups.isEmpty(group.get())
          ? Optional.of(Proof.GROUP)
          : Optional.empty();
    }
    return gone ? Optional.of(Proof.KEEPER) : Optional.empty();
  }

  /** Returns the incarnation that a later start carries on as unproven. */
  OptionalLong unprovenForNext() {
    if (!ofThisBoot() || proof().isPresent()) {
      return OptionalLong.empty();
    }
    return unproven.isPresent() ? unproven : OptionalLong.of(incarnation);
  }
}
