package org.lazaruspit.cell;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.lazaruspit.cell.internal.json.Json;

/** Generator of arbitrary content within the rules, from one seed. */
final class AnyCell {
  private static final String[] ODD = {
    "",
    " ",
    "\u0000",
    "\"",
    "\\",
    "\n\r\t",
    "\u2028",
    "é",
    "\ud83d\ude00",
    "\ud800",
    "\udc00",
    "\ufeff",
    "/~",
    "0",
    "null",
    "{}",
    "\u007f",
    "x".repeat(500)
  };

  private final Random random;

  AnyCell(long seed) {
    this.random = new Random(seed);
  }

  int below(int bound) {
    return random.nextInt(bound);
  }

  private boolean coin() {
    return random.nextBoolean();
  }

  private <T> @Nullable T maybe(Supplier<T> value) {
    return coin() ? value.get() : null;
  }

  private <T> T one(T[] values) {
    return values[below(values.length)];
  }

  private <T> List<T> some(int most, Supplier<T> value) {
    List<T> list = new ArrayList<>();
    for (int i = below(most + 1); i > 0; i--) {
      list.add(value.get());
    }
    return list;
  }

  String text() {
    return String.join("", some(4, () -> one(ODD)));
  }

  /** Avoids lone surrogates in names of fields: readers refuse them. */
  private String fieldName() {
    String text = text();
    return text.codePoints().anyMatch(c -> c >= 0xd800 && c <= 0xdfff) ? "half" : text;
  }

  String name() {
    return text() + "n";
  }

  String identifier() {
    String letters = "aZ09_.-";
    StringBuilder id = new StringBuilder("_");
    for (int i = below(12); i > 0; i--) {
      id.append(letters.charAt(below(letters.length())));
    }
    return id.toString();
  }

  private String fileName() {
    return String.join("/", List.of("d" + below(9), "ü " + below(9) + ".md"));
  }

  Instant instant() {
    return Instant.ofEpochSecond(random.nextInt(Integer.MAX_VALUE), random.nextInt(1_000_000_000));
  }

  Duration seconds() {
    return Duration.ofSeconds(1 + below(1_000_000_000));
  }

  NewCell cell() {
    List<String> agentIds = some(5, this::identifier).stream().distinct().toList();
    List<String> taskIds = some(8, this::identifier).stream().distinct().toList();
    List<TaskSpec> tasks = tasks(taskIds, agentIds);
    return NewCell.builder(name())
        .cellId(new UUID(random.nextLong(), random.nextLong()))
        .createdAt(instant())
        .createdBy(identifier())
        .status(one(CellStatus.values()))
        .isolationLevel(one(IsolationLevel.values()))
        .maxAgents(5 + below(1000))
        .timeout(seconds())
        .policies(
            new CellPolicies(maybe(() -> one(AutoRevive.values())), maybe(this::coin), seconds()))
        .agents(agentIds.stream().map(id -> agent(id, tasks)).toList())
        .tasks(tasks)
        .isolation(isolation())
        .revivalPolicies(policies(agentIds))
        .permissions(permissions(agentIds, taskIds))
        .build();
  }

  private AgentSpec agent(String id, List<TaskSpec> tasks) {
    List<String> own =
        tasks.stream().filter(task -> id.equals(task.assignedTo())).map(TaskSpec::taskId).toList();
    return new AgentSpec(
        id,
        name(),
        one(Role.values()),
        one(AgentStatus.values()),
        some(3, this::name),
        maybe(this::name),
        own.isEmpty() || coin() ? null : own.get(0),
        maybe(this::checkpoint),
        maybe(this::name),
        random.nextLong(Incarnation.MAX + 1));
  }

  CheckpointRef checkpoint() {
    String hash = "%016x".formatted(random.nextLong()).repeat(4);
    return new CheckpointRef(instant(), hash, some(3, this::fileName));
  }

  /** Returns tasks that depend on earlier tasks only, so without a cycle. */
  private List<TaskSpec> tasks(List<String> ids, List<String> agents) {
    List<TaskSpec> tasks = new ArrayList<>();
    for (String id : ids) {
      List<String> earlier = tasks.stream().map(TaskSpec::taskId).toList();
      TaskStatus status = one(TaskStatus.values());
      tasks.add(
          new TaskSpec(
              id,
              name(),
              status,
              instant(),
              text(),
              agents.isEmpty() || coin() ? null : agents.get(below(agents.size())),
              one(Priority.values()),
              subset(earlier),
              seconds(),
              some(3, this::fileName),
              status == TaskStatus.COMPLETED ? instant() : maybe(this::instant)));
    }
    return tasks;
  }

  private <T> List<T> subset(List<T> of) {
    return of.stream().filter(any -> coin()).toList();
  }

  private IsolationSpec isolation() {
    return new IsolationSpec(
        maybe(() -> one(IsolationLevel.values())),
        coin(),
        coin(),
        new ResourceLimits(maybe(this::amount), maybe(this::amount), maybe(this::amount)),
        new SecurityContext(
            maybe(this::name), maybe(this::name), coin() ? List.of() : List.of("CAP_KILL")));
  }

  private long amount() {
    return 1 + (random.nextLong() >>> (16 + below(47)));
  }

  private RevivalPolicies policies(List<String> agents) {
    return new RevivalPolicies(
        maybe(() -> one(AutoRevive.values())),
        maybe(this::seconds),
        maybe(() -> subset(agents)),
        maybe(this::coin),
        maybe(() -> one(HandoffApproval.values())),
        maybe(this::coin),
        maybe(() -> below(1000)));
  }

  private Permissions permissions(List<String> agents, List<String> tasks) {
    Map<String, Permissions.Grants> grants = new HashMap<>();
    for (String agent : subset(agents)) {
      grants.put(
          agent,
          new Permissions.Grants(
              subset(tasks), subset(tasks), subset(tasks), subset(agents), subset(agents)));
    }
    return new Permissions(grants);
  }

  /** Returns any JSON, down to some depth. */
  Json json(int depth) {
    return switch (below(depth == 0 ? 4 : 6)) {
      case 0 -> new Json.Text(text());
      case 1 ->
          new Json.Num(one(new String[] {"0", "-0", "1.10", "1e400", "-12E+3", "9".repeat(40)}));
      case 2 -> new Json.Bool(coin());
      case 3 -> Json.Null.NULL;
      case 4 -> new Json.Arr(some(3, () -> json(depth - 1)));
      default -> object(depth - 1);
    };
  }

  private Json.Obj object(int depth) {
    Map<String, Json> fields = new LinkedHashMap<>();
    some(3, this::fieldName).forEach(name -> fields.put(name, json(depth)));
    return new Json.Obj(fields);
  }

  /** Returns the object with unknown fields at any place and depth. */
  Json.Obj strew(Json.Obj object) {
    Json.Obj result = new Json.Obj();
    object
        .fields()
        .forEach(
            (name, value) -> {
              if (coin()) {
                result.put("?" + fieldName() + below(1000), json(3));
              }
              result.put(name, value instanceof Json.Obj inner ? strew(inner) : value);
            });
    return result;
  }
}
