package org.lazaruspit.pit.internal.revival;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.lazaruspit.cell.CellEditor;
import org.lazaruspit.cell.HandOver;
import org.lazaruspit.pit.PitConfig;
import org.lazaruspit.pit.Revival;
import org.lazaruspit.pit.RevivalStatus;
import org.lazaruspit.pit.internal.journal.RevivalEvent.Ended;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands the open tasks of a quarantined agent to its substitute, one by one. Each task is checked
 * again under the cell's lock, so that it never has two owners. Idempotent. Thread-safe.
 */
final class TaskHandOver {

  private static final Logger log = LoggerFactory.getLogger(TaskHandOver.class);

  private final PitConfig config;

  TaskHandOver(PitConfig config) {
    this.config = config;
  }

  void run(Attempt attempt) throws IOException {
    Revival revival = attempt.revival();
    String substitute = revival.substitute().orElseThrow();
    List<String> done = new ArrayList<>();
    List<String> refused = new ArrayList<>();
    for (String task : QuarantinePlanner.openTasks(attempt.cell().reload(), attempt.agentId())) {
      attempt.cell().requireHeld();
      HandOver answer =
          CellEditor.of(attempt.cell().directory())
              .handOver(
                  task,
                  attempt.agentId(),
                  substitute,
                  config.defaultPolicies(),
                  revival.approvedAt().isPresent());
      if (answer instanceof HandOver.Allowed) {
        done.add(task);
      } else {
        refused.add(task + " (" + reason(answer) + ")");
      }
    }
    end(attempt, substitute, done, refused);
  }

  private static String reason(HandOver answer) {
    return answer instanceof HandOver.Refused no
        ? String.join(", ", no.reasons())
        : "needs approval";
  }

  private static void end(
      Attempt attempt, String substitute, List<String> done, List<String> refused)
      throws IOException {
    String detail =
        (done.isEmpty() ? "" : "%s took over %s".formatted(substitute, String.join(", ", done)))
            + (done.isEmpty() || refused.isEmpty() ? "" : "; ")
            + (refused.isEmpty() ? "" : "not handed over: " + String.join(", ", refused));
    // Empty if a pit that was killed here, or an operator, has done it.
    String outcome = detail.isEmpty() ? "no open task is left" : detail;
    RevivalStatus status = refused.isEmpty() ? RevivalStatus.REVIVED : RevivalStatus.FAILED;
    attempt.cell().record(new Ended(attempt.subject(), status, outcome));
    log.info("{}: {}", attempt.label(), outcome);
  }
}
