package org.lazaruspit.cell;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Concurrent edits of two editors are linearizable: equal to some order of the same edits. */
class ConcurrentEditsTest {
  private final Path root;

  ConcurrentEditsTest(@TempDir Path root) {
    this.root = root;
  }

  /** Part of a cell that the operations below touch. */
  private record State(List<String> capabilities, boolean extra) {}

  /** Result of an operation. */
  private record Outcome(State after, String answer) {}

  private enum Kind {
    APPEND,
    ADD_TASK,
    REMOVE_TASK
  }

  private record Operation(Kind kind, String label) {

    Outcome onModel(State state) {
      return switch (kind) {
        case APPEND -> {
          List<String> more = new ArrayList<>(state.capabilities());
          more.add(label);
          yield new Outcome(new State(more, state.extra()), more.toString());
        }
        case ADD_TASK ->
            new Outcome(new State(state.capabilities(), true), state.extra() ? "there" : "added");
        case REMOVE_TASK ->
            new Outcome(
                new State(state.capabilities(), false), state.extra() ? "removed" : "absent");
      };
    }

    String onDisk(CellEditor editor) throws IOException {
      return switch (kind) {
        case APPEND -> editor.updateAgent("a1", this::append).capabilities().toString();
        case ADD_TASK -> {
          try {
            editor.addTask(TaskSpec.of("extra", "x", Cells.CREATED));
            yield "added";
          } catch (FileAlreadyExistsException e) {
            yield "there";
          }
        }
        case REMOVE_TASK -> {
          try {
            editor.removeTask("extra");
            yield "removed";
          } catch (NoSuchFileException e) {
            yield "absent";
          }
        }
      };
    }

    private AgentSpec append(AgentSpec agent) {
      List<String> more = new ArrayList<>(agent.capabilities());
      more.add(label);
      return agent.withCapabilities(more);
    }
  }

  @RepeatedTest(25)
  void editsOfTwoThreadsEqualSomeSerialOrder(org.junit.jupiter.api.RepetitionInfo repetition)
      throws Exception {
    AnyCell any = new AnyCell(repetition.getCurrentRepetition());
    Path cell = Cells.create(root).directory();
    List<List<Operation>> scripts = List.of(script("x", any), script("y", any));
    List<List<String>> answers = run(cell, scripts);
    MissionCell end = MissionStore.open(root).load(cell).cell().orElseThrow();
    State last = new State(agent(end).capabilities(), end.tasks().containsKey("extra"));
    assertTrue(
        explains(scripts, answers, 0, 0, new State(List.of(), false), last),
        () -> scripts + " gave " + answers + " and left " + last);
  }

  private static AgentSpec agent(MissionCell cell) {
    return cell.agents().values().iterator().next();
  }

  private static List<Operation> script(String author, AnyCell any) {
    return IntStream.range(0, 5)
        .mapToObj(i -> new Operation(Kind.values()[any.below(3)], author + i))
        .toList();
  }

  private static List<List<String>> run(Path cell, List<List<Operation>> scripts) throws Exception {
    CyclicBarrier together = new CyclicBarrier(scripts.size());
    ExecutorService threads = Executors.newFixedThreadPool(scripts.size());
    try {
      List<Callable<List<String>>> work = new ArrayList<>();
      for (List<Operation> script : scripts) {
        work.add(
            () -> {
              CellEditor editor = CellEditor.of(cell);
              List<String> results = new ArrayList<>();
              together.await();
              for (Operation operation : script) {
                results.add(operation.onDisk(editor));
              }
              return results;
            });
      }
      List<List<String>> answers = new ArrayList<>();
      for (Future<List<String>> done : threads.invokeAll(work)) {
        answers.add(done.get());
      }
      return answers;
    } finally {
      threads.shutdownNow();
    }
  }

  private static boolean explains(
      List<List<Operation>> scripts,
      List<List<String>> answers,
      int first,
      int second,
      State state,
      State last) {
    if (first == scripts.get(0).size() && second == scripts.get(1).size()) {
      return state.equals(last);
    }
    for (int who = 0; who < 2; who++) {
      int at = who == 0 ? first : second;
      if (at < scripts.get(who).size()) {
        Outcome outcome = scripts.get(who).get(at).onModel(state);
        if (outcome.answer().equals(answers.get(who).get(at))
            && explains(scripts, answers, first + (1 - who), second + who, outcome.after(), last)) {
          return true;
        }
      }
    }
    return false;
  }

  @Test
  void changeIsComputedAgainAfterAConcurrentChange() throws IOException {
    Path cell = Cells.create(root).directory();
    List<String> results = new ArrayList<>();
    CellEditor.of(cell)
        .updateAgent(
            "a1",
            agent -> {
              results.add(agent.name());
              if (results.size() == 1) {
                rename(cell);
              }
              return agent.withStatus(AgentStatus.PAUSED);
            });
    assertEquals(List.of("First", "Renamed"), results);
    MissionCell end = MissionStore.open(root).load(cell).cell().orElseThrow();
    assertEquals("Renamed", agent(end).name());
    assertEquals(AgentStatus.PAUSED, agent(end).status());
  }

  /** Renames as a program does that ignores the lock. */
  private static void rename(Path cell) {
    Path file = cell.resolve("agents/a1.json");
    try {
      Cells.write(file, Cells.read(file).replace("First", "Renamed"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
