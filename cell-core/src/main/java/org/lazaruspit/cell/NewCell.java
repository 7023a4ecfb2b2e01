package org.lazaruspit.cell;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.lazaruspit.cell.internal.json.Identifiers;
import org.lazaruspit.cell.internal.json.Seconds;

/**
 * Description of a cell for {@link MissionStore#create}. Immutable and thread-safe.
 *
 * <pre>{@code
 * NewCell cell =
 *     NewCell.builder("Port the parser")
 *         .createdBy("ada")
 *         .agent(AgentSpec.of("writer_1", "Writer", Role.WRITE))
 *         .task(TaskSpec.of("t1", "Port it", Instant.now()))
 *         .build();
 * }</pre>
 */
public final class NewCell {
  private final CellConfig config;
  private final List<AgentSpec> agents;
  private final List<TaskSpec> tasks;
  private final IsolationSpec isolation;
  private final RevivalPolicies policies;
  private final Permissions permissions;

  private NewCell(Builder builder) {
    this.config =
        new CellConfig(
            builder.cellId == null ? UUID.randomUUID() : builder.cellId,
            builder.missionName,
            builder.createdAt == null ? Instant.now() : builder.createdAt,
            builder.createdBy,
            builder.status,
            builder.isolationLevel,
            builder.maxAgents,
            builder.timeout,
            builder.cellPolicies);
    this.agents = List.copyOf(builder.agents);
    this.tasks = List.copyOf(builder.tasks);
    this.isolation = builder.isolation;
    this.policies = builder.policies;
    this.permissions = builder.permissions;
  }

  /**
   * Returns a builder of a cell.
   *
   * @param missionName display name of the mission
   * @return a builder
   */
  public static Builder builder(String missionName) {
    return new Builder(missionName);
  }

  CellConfig config() {
    return config;
  }

  List<AgentSpec> agents() {
    return agents;
  }

  List<TaskSpec> tasks() {
    return tasks;
  }

  IsolationSpec isolation() {
    return isolation;
  }

  RevivalPolicies policies() {
    return policies;
  }

  Permissions permissions() {
    return permissions;
  }

  /** Builder of a cell. Not thread-safe. */
  public static final class Builder {
    private final String missionName;
    private final List<AgentSpec> agents = new ArrayList<>();
    private final List<TaskSpec> tasks = new ArrayList<>();
    private @Nullable UUID cellId;
    private @Nullable Instant createdAt;
    private String createdBy = "lazarus-pit";
    private CellStatus status = CellStatus.ACTIVE;
    private IsolationLevel isolationLevel = IsolationLevel.NONE;
    private int maxAgents = CellConfig.DEFAULT_MAX_AGENTS;
    private Duration timeout = CellConfig.DEFAULT_TIMEOUT;
    private CellPolicies cellPolicies = CellPolicies.ABSENT;
    private IsolationSpec isolation = IsolationSpec.ABSENT;
    private RevivalPolicies policies = RevivalPolicies.ABSENT;
    private Permissions permissions = Permissions.ABSENT;

    private Builder(String missionName) {
      this.missionName = Objects.requireNonNull(missionName, "missionName");
    }

    /**
     * Sets the id of the cell. Default: a random UUID (version 4).
     *
     * @param id the id, also the directory's name
     * @return this
     */
    public Builder cellId(UUID id) {
      this.cellId = Objects.requireNonNull(id, "cellId");
      return this;
    }

    /**
     * Sets the instant of creation. Default: now.
     *
     * @param at the instant
     * @return this
     */
    public Builder createdAt(Instant at) {
      this.createdAt = Objects.requireNonNull(at, "createdAt");
      return this;
    }

    /**
     * Sets the creator. Default: {@code lazarus-pit}.
     *
     * @param creator an identifier
     * @return this
     */
    public Builder createdBy(String creator) {
      this.createdBy = Identifiers.require("created_by", creator);
      return this;
    }

    /**
     * Sets the status of the mission. Default: {@code active}.
     *
     * @param newStatus the status
     * @return this
     */
    public Builder status(CellStatus newStatus) {
      this.status = Objects.requireNonNull(newStatus, "status");
      return this;
    }

    /**
     * Sets the isolation of agents. Default: {@code none}.
     *
     * @param level the level
     * @return this
     */
    public Builder isolationLevel(IsolationLevel level) {
      this.isolationLevel = Objects.requireNonNull(level, "isolationLevel");
      return this;
    }

    /**
     * Sets the maximum number of agents. Default: 10.
     *
     * @param most at least 1
     * @return this
     */
    public Builder maxAgents(int most) {
      if (most < 1) {
        throw new IllegalArgumentException("max_agents: " + most + " is not at least 1");
      }
      this.maxAgents = most;
      return this;
    }

    /**
     * Sets the age past which the mission is overdue. Default: 3600 s.
     *
     * @param age whole seconds, at least one
     * @return this
     */
    public Builder timeout(Duration age) {
      this.timeout = Seconds.require("timeout", age);
      return this;
    }

    /**
     * Sets the policies in {@code cell.json}. Default: no policies.
     *
     * @param newPolicies the policies
     * @return this
     */
    public Builder policies(CellPolicies newPolicies) {
      this.cellPolicies = Objects.requireNonNull(newPolicies, "policies");
      return this;
    }

    /**
     * Sets the content of {@code config/policies.json}. Default: no file.
     *
     * @param newPolicies the policies
     * @return this
     */
    public Builder revivalPolicies(RevivalPolicies newPolicies) {
      this.policies = Objects.requireNonNull(newPolicies, "revivalPolicies");
      return this;
    }

    /**
     * Sets the content of {@code config/isolation.json}. Default: no file.
     *
     * @param newIsolation the isolation
     * @return this
     */
    public Builder isolation(IsolationSpec newIsolation) {
      this.isolation = Objects.requireNonNull(newIsolation, "isolation");
      return this;
    }

    /**
     * Sets the content of {@code config/permissions.json}. Default: no file.
     *
     * @param newPermissions the permissions
     * @return this
     */
    public Builder permissions(Permissions newPermissions) {
      this.permissions = Objects.requireNonNull(newPermissions, "permissions");
      return this;
    }

    /**
     * Adds an agent.
     *
     * @param agent the agent
     * @return this
     */
    public Builder agent(AgentSpec agent) {
      agents.add(Objects.requireNonNull(agent, "agent"));
      return this;
    }

    /**
     * Adds agents.
     *
     * @param more the agents
     * @return this
     */
    public Builder agents(List<AgentSpec> more) {
      more.forEach(this::agent);
      return this;
    }

    /**
     * Adds a task.
     *
     * @param task the task
     * @return this
     */
    public Builder task(TaskSpec task) {
      tasks.add(Objects.requireNonNull(task, "task"));
      return this;
    }

    /**
     * Adds tasks.
     *
     * @param more the tasks
     * @return this
     */
    public Builder tasks(List<TaskSpec> more) {
      more.forEach(this::task);
      return this;
    }

    /**
     * Builds the description.
     *
     * @return an immutable description
     */
    public NewCell build() {
      return new NewCell(this);
    }
  }
}
