package org.lazaruspit.cell.internal.json;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.lazaruspit.cell.AgentStatus;
import org.lazaruspit.cell.AutoRevive;
import org.lazaruspit.cell.CellStatus;
import org.lazaruspit.cell.HandoffApproval;
import org.lazaruspit.cell.IsolationLevel;
import org.lazaruspit.cell.Priority;
import org.lazaruspit.cell.Role;
import org.lazaruspit.cell.TaskStatus;

/** Values of an enumeration by their names in files. */
final class EnumNames<E> {
  static final EnumNames<Role> ROLE = of(Role.values(), Role::wireName);
  static final EnumNames<CellStatus> CELL_STATUS = of(CellStatus.values(), CellStatus::wireName);
  static final EnumNames<AgentStatus> AGENT_STATUS =
      of(AgentStatus.values(), AgentStatus::wireName);
  static final EnumNames<TaskStatus> TASK_STATUS = of(TaskStatus.values(), TaskStatus::wireName);
  static final EnumNames<Priority> PRIORITY = of(Priority.values(), Priority::wireName);
  static final EnumNames<IsolationLevel> ISOLATION =
      of(IsolationLevel.values(), IsolationLevel::wireName);
  static final EnumNames<AutoRevive> AUTO_REVIVE = of(AutoRevive.values(), AutoRevive::wireName);
  static final EnumNames<HandoffApproval> APPROVAL =
      of(HandoffApproval.values(), HandoffApproval::wireName);

  private final Map<String, E> byName;
  private final E first;
  private final String expected;

  private EnumNames(Map<String, E> byName, E first) {
    this.byName = byName;
    this.first = first;
    this.expected =
        byName.keySet().stream().map(name -> '"' + name + '"').collect(Collectors.joining(" or "));
  }

  private static <E> EnumNames<E> of(E[] values, Function<E, String> name) {
    Map<String, E> byName = new LinkedHashMap<>();
    Arrays.stream(values).forEach(value -> byName.put(name.apply(value), value));
    return new EnumNames<>(byName, values[0]);
  }

  @Nullable E find(String name) {
    return byName.get(name);
  }

  E first() {
    return first;
  }

  String expected() {
    return expected;
  }
}
