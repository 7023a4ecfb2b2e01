package org.lazaruspit.pit.internal.detection;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.lazaruspit.pit.internal.notify.LogOnChange;
import org.lazaruspit.pit.spi.AgentRef;
import org.lazaruspit.pit.spi.GatewayAddress;
import org.lazaruspit.pit.spi.ProbeResult;
import org.lazaruspit.pit.spi.ProbeTarget;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks all gateways at once, each with one question at a time. A round waits for slow ones for a
 * moment only: what they answer later is news, and until then what they said last holds. Used by
 * the loop's thread alone.
 */
public final class GatewayPoller {

  private static final Logger log = LoggerFactory.getLogger(GatewayPoller.class);

  /** How long a round waits for those that have not answered yet. */
  private static final long PATIENCE = 250_000_000;

  /** A probe has limits of its own; one that has none says nothing about its agents any more. */
  private static final long LIMIT = 15_000_000_000L;

  private final ProbeRouter probes;
  private final Executor executor;
  private final Runnable news;
  private final Map<GatewayAddress, Question> open = new HashMap<>();
  private final Set<GatewayAddress> registering = ConcurrentHashMap.newKeySet();
  private final Map<ProbeTarget, ProbeResult> latest = new HashMap<>();
  private final LogOnChange trouble = new LogOnChange();

  public GatewayPoller(ProbeRouter probes, Executor executor, Runnable news) {
    this.probes = probes;
    this.executor = executor;
    this.news = news;
  }

  /** A question that is under way. */
  private record Question(
      List<ProbeTarget> targets,
      CompletableFuture<Map<AgentRef, ProbeResult>> answer,
      AtomicBoolean late,
      long askedAt) {

    boolean isGivenUp() {
      return !answer.isDone() && System.nanoTime() - askedAt > LIMIT;
    }

    boolean covers(List<ProbeTarget> others) {
      return targets.containsAll(others);
    }
  }

  /** What is known now; nothing of those whose gateway has not answered yet. */
  public Map<AgentRef, ProbeResult> probe(List<ProbeTarget> targets) throws InterruptedException {
    latest.keySet().retainAll(Set.copyOf(targets));
    Map<GatewayAddress, List<ProbeTarget>> outside = byGateway(targets);
    outside.forEach(this::askUnlessAnswered);
    Map<AgentRef, ProbeResult> results =
        probes.probe(targets.stream().filter(t -> probes.outside(t).isEmpty()).toList());
    awaitAnswers();
    outside.forEach(
        (gateway, group) ->
            group.forEach(
                target ->
                    known(gateway, target)
                        .ifPresent(result -> results.put(target.agent(), result))));
    return results;
  }

  /** Where requests have to be sent to learn about these. */
  public Map<GatewayAddress, List<ProbeTarget>> byGateway(List<ProbeTarget> targets) {
    Map<GatewayAddress, List<ProbeTarget>> byGateway = new LinkedHashMap<>();
    for (ProbeTarget target : targets) {
      probes
          .outside(target)
          .ifPresent(
              gateway -> byGateway.computeIfAbsent(gateway, g -> new ArrayList<>()).add(target));
    }
    return byGateway;
  }

  /**
   * Has agents registered without waiting for it. What is not done since their gateway is still
   * busy with the last ones is left to the next round.
   */
  public void register(List<ProbeTarget> targets) throws InterruptedException {
    for (ProbeTarget target : targets) {
      if (probes.outside(target).isEmpty()) {
        probes.register(target);
      }
    }
    byGateway(targets).forEach(this::register);
  }

  private void register(GatewayAddress gateway, List<ProbeTarget> targets) {
    if (!registering.add(gateway)) {
      return;
    }
    try {
      executor.execute(
          () -> {
            try {
              for (ProbeTarget target : targets) {
                probes.register(target);
              }
            } catch (InterruptedException e) {
              Thread.currentThread().interrupt();
            } finally {
              registering.remove(gateway);
            }
          });
    } catch (RejectedExecutionException e) {
      log.debug("nobody is registered any more, the pit closes");
    }
  }

  private void askUnlessAnswered(GatewayAddress gateway, List<ProbeTarget> targets) {
    Question before = open.get(gateway);
    if (before != null) {
      if (!before.answer().isDone()) {
        return;
      }
      take(gateway, before);
      if (before.covers(targets)) {
        return; // it has just come
      }
    }
    Question question =
        new Question(targets, new CompletableFuture<>(), new AtomicBoolean(), System.nanoTime());
    open.put(gateway, question);
    try {
      executor.execute(() -> answer(question));
    } catch (RejectedExecutionException e) {
      open.remove(gateway);
      log.debug("{} is not asked any more, the pit closes", gateway.name());
    }
  }

  private void answer(Question question) {
    try {
      question.answer().complete(probes.probe(question.targets()));
    } catch (InterruptedException e) {
      question.answer().cancel(false);
      Thread.currentThread().interrupt();
    } catch (RuntimeException | Error e) {
      question.answer().completeExceptionally(e);
      throw e;
    } finally {
      if (question.late().get()) {
        news.run();
      }
    }
  }

  private void awaitAnswers() throws InterruptedException {
    long deadline = System.nanoTime() + PATIENCE;
    for (Map.Entry<GatewayAddress, Question> entry : List.copyOf(open.entrySet())) {
      Question question = entry.getValue();
      if (!question.late().get()) {
        await(question, deadline - System.nanoTime());
      }
      if (question.answer().isDone()) {
        take(entry.getKey(), question);
      }
    }
  }

  private static void await(Question question, long nanos) throws InterruptedException {
    try {
      question.answer().get(Math.max(0, nanos), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      question.late().set(true);
    } catch (ExecutionException | CancellationException e) {
      log.debug("a question was not answered", e);
    }
  }

  private void take(GatewayAddress gateway, Question question) {
    open.remove(gateway);
    try {
      Map<AgentRef, ProbeResult> answers = question.answer().join();
      trouble.clear(gateway);
      for (ProbeTarget target : question.targets()) {
        ProbeResult answer = answers.get(target.agent());
        if (answer != null) {
          latest.put(target, answer);
        }
      }
    } catch (CompletionException | CancellationException e) {
      if (trouble.isNew(gateway, e.toString())) {
        log.warn("gateway {} could not be asked", gateway.name(), e);
      }
      question.targets().forEach(latest::remove);
    }
  }

  private Optional<ProbeResult> known(GatewayAddress gateway, ProbeTarget target) {
    Question question = open.get(gateway);
    if (question != null && question.isGivenUp()) {
      return Optional.of(
          ProbeRouter.noAnswer(target, "gateway " + gateway.name() + " has not answered"));
    }
    return Optional.ofNullable(latest.get(target));
  }

  /** From now on the heartbeat files of these are looked at. */
  public void watchFiles(List<ProbeTarget> targets) {
    probes.files().watch(targets);
  }
}
