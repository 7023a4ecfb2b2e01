package org.lazaruspit.pit.internal.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.lazaruspit.pit.internal.isolation.SandboxedAgent.AGENT;
import static org.lazaruspit.pit.internal.isolation.SandboxedAgent.level;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.lazaruspit.cell.IsolationLevel;
import org.lazaruspit.pit.internal.isolation.SandboxedAgent;
import org.lazaruspit.pit.internal.os.AgentMark;
import org.lazaruspit.pit.internal.os.ProgramLookup;
import org.lazaruspit.pit.spi.Reviver;
import org.lazaruspit.pit.spi.StopOrder;
import org.lazaruspit.pit.spi.StopOutcome;

/** Whoever looks after a container is played by a script of that name. */
@Timeout(60)
final class CaretakerTest {

  @TempDir Path folder;
  private SandboxedAgent agent;

  @BeforeEach
  void setUp() throws IOException {
    agent = new SandboxedAgent(folder, ProgramLookup.ofThisMachine(), Map.of());
  }

  @AfterEach
  void nothingIsLeftOver() throws IOException, InterruptedException {
    agent.close();
  }

  /** Becomes the caretaker, without the mark, which it is told to give to the container alone. */
  private StopOutcome stopped(String caretaker) throws IOException, InterruptedException {
    Path script = Files.writeString(folder.resolve("podman"), "#!/bin/sh\n" + caretaker);
    Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
    Reviver reviver = agent.newReviver();
    agent.startReady(
        reviver,
        level(IsolationLevel.NONE),
        "mark=$%1$s; unset %1$s; exec '%2$s' \"$mark\"".formatted(AgentMark.VARIABLE, script));
    return reviver.stop(StopOrder.whatever(AGENT, Duration.ZERO));
  }

  @Test
  void whoeverLooksAfterAContainerMayPutItAway() throws Exception {
    StopOutcome outcome =
        stopped(
            """
            env %s="$1" sleep 600 &
            touch artifacts/ready
            wait
            echo away >artifacts/put
            """
                .formatted(AgentMark.VARIABLE));
    assertInstanceOf(StopOutcome.Gone.class, outcome);
    assertEquals("away\n", Files.readString(agent.cell.resolve("artifacts").resolve("put")));
  }

  @Test
  void oneThatDoesNotEndIsKilledInTheEnd() throws Exception {
    assertInstanceOf(
        StopOutcome.Gone.class, stopped("touch artifacts/ready; while :; do sleep 0.1; done"));
  }
}
