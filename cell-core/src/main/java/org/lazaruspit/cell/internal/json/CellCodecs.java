package org.lazaruspit.cell.internal.json;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.lazaruspit.cell.AgentSpec;
import org.lazaruspit.cell.AutoRevive;
import org.lazaruspit.cell.CellConfig;
import org.lazaruspit.cell.CellPolicies;
import org.lazaruspit.cell.CheckpointRef;
import org.lazaruspit.cell.HandoffApproval;
import org.lazaruspit.cell.Incarnation;
import org.lazaruspit.cell.IsolationLevel;
import org.lazaruspit.cell.IsolationSpec;
import org.lazaruspit.cell.Permissions;
import org.lazaruspit.cell.Priority;
import org.lazaruspit.cell.ResourceLimits;
import org.lazaruspit.cell.RevivalPolicies;
import org.lazaruspit.cell.SecurityContext;
import org.lazaruspit.cell.TaskSpec;

/** Codecs of the six kinds of files of a cell: their fields and the rules for each. */
public final class CellCodecs {
  public static final DocumentCodec<CellConfig> CONFIG =
      new DocumentCodec<>("", CellCodecs::config, CellCodecs::config);
  public static final DocumentCodec<AgentSpec> AGENT =
      new DocumentCodec<>("agent_id", CellCodecs::agent, CellCodecs::agent);
  public static final DocumentCodec<TaskSpec> TASK =
      new DocumentCodec<>("task_id", CellCodecs::task, CellCodecs::task);
  public static final DocumentCodec<IsolationSpec> ISOLATION =
      new DocumentCodec<>("", CellCodecs::isolation, CellCodecs::isolation);
  public static final DocumentCodec<RevivalPolicies> POLICIES =
      new DocumentCodec<>("", CellCodecs::policies, CellCodecs::policies);
  public static final DocumentCodec<Permissions> PERMISSIONS =
      new DocumentCodec<>("", CellCodecs::permissions, CellCodecs::permissions);

  private static final String HASH = "64 lower-case hexadecimal digits (SHA-256)";
  private static final int MAX_AGENTS = 1_000_000;
  private static final int MAX_RETRIES = 1_000_000;

  private CellCodecs() {}

  private static CellConfig config(FieldReader fields) {
    FieldReader policies = fields.object("policies");
    return new CellConfig(
        uuid(fields),
        fields.name("mission_name"),
        fields.instant("created_at"),
        fields.identifier("created_by"),
        fields.choice("status", EnumNames.CELL_STATUS),
        fields.choice("isolation_level", EnumNames.ISOLATION, IsolationLevel.NONE),
        (int) fields.whole("max_agents", 1, MAX_AGENTS, CellConfig.DEFAULT_MAX_AGENTS),
        fields.seconds("timeout", CellConfig.DEFAULT_TIMEOUT),
        new CellPolicies(
            policies.choiceOrNull("auto_revive", EnumNames.AUTO_REVIVE),
            policies.boolOrNull("handoff_allowed"),
            policies.seconds("checkpoint_interval", CellPolicies.DEFAULT_CHECKPOINT_INTERVAL)));
  }

  private static UUID uuid(FieldReader fields) {
    String expected = "a UUID such as 6f1f4b0e-3a52-4a53-9a43-0d3f5a1c2b7e";
    String text = fields.text("cell_id");
    if (Uuids.isValid(text)) {
      return UUID.fromString(text);
    }
    if (fields.raw("cell_id") instanceof Json.Text found) {
      fields.bad("cell_id", found, expected);
    }
    return new UUID(0, 0);
  }

  private static Json.Obj config(CellConfig config) {
    Json.Obj policies = new Json.Obj();
    AutoRevive autoRevive = config.policies().autoRevive();
    policies.putIfPresent("auto_revive", autoRevive == null ? null : autoRevive.wireName());
    putBool(policies, "handoff_allowed", config.policies().handoffAllowed());
    policies.put("checkpoint_interval", config.policies().checkpointInterval().toSeconds());
    return new Json.Obj()
        .put("cell_id", config.cellId().toString())
        .put("mission_name", config.missionName())
        .put("created_at", config.createdAt().toString())
        .put("created_by", config.createdBy())
        .put("status", config.status().wireName())
        .put("isolation_level", config.isolationLevel().wireName())
        .put("max_agents", config.maxAgents())
        .put("timeout", config.timeout().toSeconds())
        .put("policies", policies);
  }

  private static AgentSpec agent(FieldReader fields) {
    FieldReader checkpoint = fields.objectOrNull("checkpoint");
    return new AgentSpec(
        fields.identifier("agent_id"),
        fields.name("name"),
        fields.choice("role", EnumNames.ROLE),
        fields.choice("status", EnumNames.AGENT_STATUS),
        fields.texts("capabilities"),
        fields.nameOrNull("gateway"),
        fields.identifierOrNull("current_task"),
        checkpoint == null ? null : checkpoint(checkpoint),
        fields.nameOrNull("launcher"),
        fields.whole("incarnation", 0, Incarnation.MAX, 0));
  }

  public static CheckpointRef checkpoint(FieldReader fields) {
    Instant lastCheckpoint = fields.instant("last_checkpoint");
    String hash = fields.text("context_hash");
    if (!Hashes.isValid(hash)) {
      if (fields.raw("context_hash") instanceof Json.Text found) {
        fields.bad("context_hash", found, HASH);
      }
      hash = "0".repeat(64);
    }
    return new CheckpointRef(lastCheckpoint, hash, fields.fileNames("artifacts"));
  }

  private static Json.Obj agent(AgentSpec agent) {
    CheckpointRef checkpoint = agent.checkpoint();
    return new Json.Obj()
        .put("agent_id", agent.agentId())
        .put("name", agent.name())
        .put("role", agent.role().wireName())
        .put("status", agent.status().wireName())
        .put("capabilities", agent.capabilities())
        .putIfPresent("gateway", agent.gateway())
        .putOrNull("current_task", agent.currentTask())
        .put("checkpoint", checkpoint == null ? Json.Null.NULL : checkpoint(checkpoint))
        .putIfPresent("launcher", agent.launcher())
        .put("incarnation", agent.incarnation());
  }

  public static Json.Obj checkpoint(CheckpointRef checkpoint) {
    return new Json.Obj()
        .put("last_checkpoint", checkpoint.lastCheckpoint().toString())
        .put("context_hash", checkpoint.contextHash())
        .put("artifacts", checkpoint.artifacts());
  }

  private static TaskSpec task(FieldReader fields) {
    return new TaskSpec(
        fields.identifier("task_id"),
        fields.name("title"),
        fields.choice("status", EnumNames.TASK_STATUS),
        fields.instant("created_at"),
        fields.text("description", ""),
        fields.identifierOrNull("assigned_to"),
        fields.choice("priority", EnumNames.PRIORITY, Priority.MEDIUM),
        fields.identifiers("dependencies"),
        fields.seconds("timeout", TaskSpec.DEFAULT_TIMEOUT),
        fields.fileNames("artifacts"),
        fields.instantOrNull("completed_at"));
  }

  private static Json.Obj task(TaskSpec task) {
    Instant completedAt = task.completedAt();
    return new Json.Obj()
        .put("task_id", task.taskId())
        .put("title", task.title())
        .put("status", task.status().wireName())
        .put("created_at", task.createdAt().toString())
        .put("description", task.description())
        .putOrNull("assigned_to", task.assignedTo())
        .put("priority", task.priority().wireName())
        .put("dependencies", task.dependencies())
        .put("timeout", task.timeout().toSeconds())
        .put("artifacts", task.artifacts())
        .putOrNull("completed_at", completedAt == null ? null : completedAt.toString());
  }

  private static IsolationSpec isolation(FieldReader fields) {
    FieldReader limits = fields.object("resource_limits");
    FieldReader security = fields.object("security_context");
    return new IsolationSpec(
        fields.choiceOrNull("level", EnumNames.ISOLATION),
        fields.bool("mount_namespaces", false),
        fields.bool("network_isolation", false),
        new ResourceLimits(
            quantity(limits, "cpu", Quantity.CPU),
            quantity(limits, "memory", Quantity.BYTES),
            quantity(limits, "disk", Quantity.BYTES)),
        new SecurityContext(
            security.nameOrNull("user"),
            security.nameOrNull("group"),
            security
                .list("capabilities", LinuxCapabilities::isKnown, LinuxCapabilities.EXPECTED)
                .stream()
                .map(LinuxCapabilities::canonical)
                .toList()));
  }

  private static @Nullable Long quantity(FieldReader fields, String name, Quantity kind) {
    Json value = fields.raw(name);
    if (value == null) {
      return null;
    }
    Long amount =
        value instanceof Json.Text text
            ? kind.parse(text.value())
            : value instanceof Json.Num number ? kind.parseNumber(number.text()) : null;
    if (amount == null) {
      fields.bad(name, value, kind.expected());
      return 1L;
    }
    return amount;
  }

  private static Json.Obj isolation(IsolationSpec isolation) {
    ResourceLimits limits = isolation.resourceLimits();
    SecurityContext security = isolation.securityContext();
    Json.Obj result = new Json.Obj();
    IsolationLevel level = isolation.level();
    result.putIfPresent("level", level == null ? null : level.wireName());
    return result
        .put("mount_namespaces", isolation.mountNamespaces())
        .put("network_isolation", isolation.networkIsolation())
        .put(
            "resource_limits",
            new Json.Obj()
                .putIfPresent("cpu", format(limits.cpuMillicores(), Quantity.CPU))
                .putIfPresent("memory", format(limits.memoryBytes(), Quantity.BYTES))
                .putIfPresent("disk", format(limits.diskBytes(), Quantity.BYTES)))
        .put(
            "security_context",
            new Json.Obj()
                .putIfPresent("user", security.user())
                .putIfPresent("group", security.group())
                .put("capabilities", security.capabilities()));
  }

  private static @Nullable String format(@Nullable Long amount, Quantity kind) {
    return amount == null ? null : kind.format(amount);
  }

  private static RevivalPolicies policies(FieldReader fields) {
    Long retries = fields.wholeOrNull("max_retries", 0, MAX_RETRIES);
    return new RevivalPolicies(
        fields.choiceOrNull("auto_revive", EnumNames.AUTO_REVIVE),
        fields.secondsOrNull("revive_timeout"),
        fields.identifiersOrNull("substitute_agents"),
        fields.boolOrNull("handoff_allowed"),
        fields.choiceOrNull("handoff_approval", EnumNames.APPROVAL),
        fields.boolOrNull("checkpoint_required"),
        retries == null ? null : Integer.valueOf(retries.intValue()));
  }

  private static Json.Obj policies(RevivalPolicies policies) {
    Json.Obj result = new Json.Obj();
    AutoRevive autoRevive = policies.autoRevive();
    result.putIfPresent("auto_revive", autoRevive == null ? null : autoRevive.wireName());
    if (policies.reviveTimeout() != null) {
      result.put("revive_timeout", policies.reviveTimeout().toSeconds());
    }
    List<String> substitutes = policies.substituteAgents();
    if (substitutes != null) {
      result.put("substitute_agents", substitutes);
    }
    putBool(result, "handoff_allowed", policies.handoffAllowed());
    HandoffApproval approval = policies.handoffApproval();
    result.putIfPresent("handoff_approval", approval == null ? null : approval.wireName());
    putBool(result, "checkpoint_required", policies.checkpointRequired());
    if (policies.maxRetries() != null) {
      result.put("max_retries", policies.maxRetries());
    }
    return result;
  }

  private static Permissions permissions(FieldReader fields) {
    Map<String, Permissions.Grants> agents = new TreeMap<>();
    fields
        .all()
        .forEach(
            (name, value) -> {
              if (name.startsWith("$")) {
                return; // "$schema" and the like: not a valid id of an agent
              }
              if (!Identifiers.isValid(name)) {
                fields.bad(name, new Json.Text(name), "a field named as an agent");
                return;
              }
              agents.put(name, grants(fields.object(name)));
            });
    return new Permissions(agents);
  }

  private static Permissions.Grants grants(FieldReader fields) {
    return new Permissions.Grants(
        fields.identifiers("read"),
        fields.identifiers("write"),
        fields.identifiers("execute"),
        fields.identifiers("handoff_to"),
        fields.identifiers("handoff_from"));
  }

  private static Json.Obj permissions(Permissions permissions) {
    Json.Obj result = new Json.Obj();
    permissions
        .agents()
        .forEach(
            (agent, grants) ->
                result.put(
                    agent,
                    new Json.Obj()
                        .put("read", grants.read())
                        .put("write", grants.write())
                        .put("execute", grants.execute())
                        .put("handoff_to", grants.handoffTo())
                        .put("handoff_from", grants.handoffFrom())));
    return result;
  }

  private static void putBool(Json.Obj object, String name, @Nullable Boolean value) {
    if (value != null) {
      object.put(name, value.booleanValue());
    }
  }
}
