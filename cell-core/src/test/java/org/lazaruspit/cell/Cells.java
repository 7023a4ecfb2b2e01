package org.lazaruspit.cell;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.UUID;

/** Cells for tests. */
final class Cells {
  static final UUID ID = UUID.fromString("6f1f4b0e-3a52-4a53-9a43-0d3f5a1c2b7e");
  static final Instant CREATED = Instant.parse("2026-01-31T09:30:00Z");

  private Cells() {}

  /** A valid mission of two agents and two tasks. */
  static NewCell small() {
    return builder().build();
  }

  static NewCell.Builder builder() {
    return NewCell.builder("Port the parser")
        .cellId(ID)
        .createdAt(CREATED)
        .createdBy("ada")
        .agent(AgentSpec.of("a1", "First", Role.LEAD))
        .agent(AgentSpec.of("a2", "Second", Role.WRITE))
        .task(TaskSpec.of("t1", "Begin", CREATED).withAssignedTo("a1"))
        .task(TaskSpec.of("t2", "End", CREATED).withDependencies(java.util.List.of("t1")));
  }

  static MissionCell create(Path root) throws IOException {
    return MissionStore.open(root).create(small());
  }

  static void write(Path file, String... lines) throws IOException {
    Files.createDirectories(file.toAbsolutePath().getParent());
    Files.write(file, (String.join("\n", lines) + "\n").getBytes(StandardCharsets.UTF_8));
  }

  static String read(Path file) throws IOException {
    return Files.readString(file);
  }

  static byte[] json(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
