package org.lazaruspit.pit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.lazaruspit.pit.contract.CellOwnershipContract;
import org.lazaruspit.pit.spi.CellOwnership;
import org.lazaruspit.pit.testkit.Contracts;

/** The contract finds the fault of each of its clauses. */
final class OwnershipContractCatchesTest {

  /** State shared by several pits. */
  private static final class World {
    final Map<UUID, CellOwnership.Claim> owners = new ConcurrentHashMap<>();
    final Map<UUID, Long> epochs = new ConcurrentHashMap<>();
  }

  /** Ownership for the next run of the contract. */
  private static Function<World, CellOwnership> next = Right::new;

  /** Run by these tests only; its name keeps Surefire from finding it. */
  static final class Run extends CellOwnershipContract {
    private final World world = new World();

    @Override
    protected CellOwnership newOwnership() {
      return next.apply(world);
    }

    @Override
    protected Path directory(UUID cell) {
      return Path.of(cell.toString());
    }
  }

  /** Correct in all clauses. */
  private static class Right implements CellOwnership {
    final World world;

    Right(World world) {
      this.world = world;
    }

    @Override
    public String name() {
      return "right";
    }

    @Override
    public Optional<Claim> claim(UUID cell, Path directory) {
      Held held = new Held(cell);
      if (world.owners.putIfAbsent(cell, held) != null) {
        return Optional.empty();
      }
      held.epoch = nextEpoch(cell);
      return Optional.of(held);
    }

    long nextEpoch(UUID cell) {
      return world.epochs.merge(cell, 1L, Long::sum);
    }

    void release(UUID cell, Claim claim) {
      world.owners.remove(cell, claim);
    }

    boolean owns(UUID cell, Claim claim) {
      return claim.equals(world.owners.get(cell));
    }

    private final class Held implements Claim {
      private final UUID cell;
      private volatile long epoch;

      private Held(UUID cell) {
        this.cell = cell;
      }

      @Override
      public long epoch() {
        return epoch;
      }

      @Override
      public boolean held() {
        return owns(cell, this);
      }

      @Override
      public void close() {
        release(cell, this);
      }
    }
  }

  private static final Map<String, Function<World, CellOwnership>> FAULTS = new TreeMap<>();

  private static void fault(String clause, Function<World, CellOwnership> made) {
    FAULTS.put(clause, made);
  }

  static {
    fault(
        "itsNameIsStableAndValid",
        world ->
            new Right(world) {
              @Override
              public String name() {
                return "";
              }
            });
    fault(
        "aFreeCellIsGivenAndHeld",
        world ->
            new Right(world) {
              @Override
              boolean owns(UUID cell, Claim claim) {
                return false;
              }
            });
    fault(
        "anOwnedCellIsGivenToNoOtherAndStaysWithItsOwner",
        world ->
            new Right(world) {
              @Override
              public Optional<Claim> claim(UUID cell, Path directory) {
                world.owners.remove(cell);
                return super.claim(cell, directory);
              }
            });
    fault(
        "aReleasedCellGoesToTheNextClaim",
        world ->
            new Right(world) {
              @Override
              void release(UUID cell, Claim claim) {}
            });
    fault(
        "theEpochRisesWithEveryOwner",
        world ->
            new Right(world) {
              @Override
              long nextEpoch(UUID cell) {
                return super.nextEpoch(cell) % 10;
              }
            });
    fault(
        "anOwnerThatLetsGoTwiceTakesNothingFromTheNext",
        world ->
            new Right(world) {
              @Override
              void release(UUID cell, Claim claim) {
                world.owners.remove(cell);
              }
            });
    fault(
        "twoCellsAreTwoMatters",
        world ->
            new Right(world) {
              @Override
              public Optional<Claim> claim(UUID cell, Path directory) {
                return super.claim(new UUID(0, 0), directory);
              }
            });
    fault(
        "exactlyOneOfManyConcurrentClaimsSucceeds",
        world ->
            new Right(world) {
              @Override
              public Optional<Claim> claim(UUID cell, Path directory) {
                return Optional.of(super.claim(UUID.randomUUID(), directory).orElseThrow());
              }
            });
    fault(
        "itCanBeClosedTwice",
        world ->
            new Right(world) {
              private boolean closed;

              @Override
              public void close() {
                if (closed) {
                  throw new IllegalStateException("closed");
                }
                closed = true;
              }
            });
  }

  @Test
  void aCorrectPluginBreaksNoClause() {
    next = Right::new;
    assertEquals(Set.of(), Contracts.brokenBy(Run.class));
  }

  @Test
  void everyClauseIsBrokenByAFaultAndFound() {
    assertEquals(Contracts.clausesOf(CellOwnershipContract.class), new TreeSet<>(FAULTS.keySet()));
    FAULTS.forEach(
        (clause, made) -> {
          next = made;
          Set<String> broken = Contracts.brokenBy(Run.class);
          assertTrue(broken.contains(clause), () -> clause + " holds, broken are " + broken);
        });
  }
}
