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

/** A script with the name of a container monitor stands in for it. */
@Timeout(60)
final class ContainerMonitorTest {

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

  /** Stops an agent that becomes the monitor, without the mark, which only its container gets. */
  private StopOutcome stopped(String monitor) throws IOException, InterruptedException {
    Path script = Files.writeString(folder.resolve("podman"), "#!/bin/sh\n" + monitor);
    Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
    Reviver reviver = agent.newReviver();
    agent.startReady(
        reviver,
        level(IsolationLevel.NONE),
        "mark=$%1$s; unset %1$s; exec '%2$s' \"$mark\"".formatted(AgentMark.VARIABLE, script));
    return reviver.stop(StopOrder.anyIncarnation(AGENT, Duration.ZERO));
  }

  @Test
  void aContainerMonitorMayRemoveItsContainer() throws Exception {
    StopOutcome outcome =
        stopped(
            """
            env %s="$1" sleep 600 &
            touch artifacts/ready
            wait
            echo removed >artifacts/container
            """
                .formatted(AgentMark.VARIABLE));
    assertInstanceOf(StopOutcome.Gone.class, outcome);
    assertEquals(
        "removed\n", Files.readString(agent.cell.resolve("artifacts").resolve("container")));
  }

  @Test
  void aMonitorThatDoesNotEndIsKilledInTheEnd() throws Exception {
    assertInstanceOf(
        StopOutcome.Gone.class, stopped("touch artifacts/ready; while :; do sleep 0.1; done"));
  }
}
