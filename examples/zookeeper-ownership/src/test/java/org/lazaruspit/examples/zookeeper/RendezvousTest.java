package org.lazaruspit.examples.zookeeper;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

final class RendezvousTest {

  private static final int CELLS = 2_000;

  private static List<UUID> cells(long seed) {
    Random random = new Random(seed);
    return IntStream.range(0, CELLS)
        .mapToObj(i -> new UUID(random.nextLong(), random.nextLong()))
        .toList();
  }

  private static List<String> members(int count, long seed) {
    Random random = new Random(seed);
    return IntStream.range(0, count)
        .mapToObj(i -> "pit-" + i + "-" + new UUID(random.nextLong(), random.nextLong()))
        .toList();
  }

  private static Map<String, Integer> shares(Rendezvous rendezvous, List<UUID> cells) {
    Map<String, Integer> shares = new TreeMap<>();
    cells.forEach(cell -> shares.merge(rendezvous.choose(cell), 1, Integer::sum));
    return shares;
  }

  /** Returns five standard deviations of a fair throw: practically never exceeded. */
  private static double slack(int members) {
    double share = 1.0 / members;
    return 5 * Math.sqrt(CELLS * share * (1 - share));
  }

  @Property(tries = 30)
  void everyMemberGetsItsShare(@ForAll @IntRange(min = 1, max = 12) int count, @ForAll long seed) {
    Map<String, Integer> shares = shares(new Rendezvous(members(count, seed)), cells(seed));
    assertEquals(count, shares.size());
    shares.forEach(
        (member, share) ->
            assertTrue(Math.abs(share - CELLS / count) <= slack(count), () -> shares.toString()));
  }

  @Property(tries = 30)
  void onlyTheCellsOfALeavingMemberMove(
      @ForAll @IntRange(min = 2, max = 12) int count, @ForAll long seed) {
    List<String> all = members(count, seed);
    Rendezvous before = new Rendezvous(all);
    Rendezvous after = new Rendezvous(all.subList(1, count));
    for (UUID cell : cells(seed)) {
      String owner = before.choose(cell);
      if (!owner.equals(all.get(0))) {
        assertEquals(owner, after.choose(cell));
      }
    }
  }

  @Property(tries = 30)
  void theAssignmentDependsOnTheSetOfMembersOnly(@ForAll long seed) {
    List<String> members = new ArrayList<>(members(7, seed));
    Rendezvous one = new Rendezvous(members);
    Collections.shuffle(members, new Random(seed));
    Rendezvous other = new Rendezvous(members);
    for (UUID cell : cells(seed).subList(0, 100)) {
      assertEquals(one.choose(cell), other.choose(cell));
    }
  }

  /** Ids of a series differ in their last digits only. */
  @Test
  void similarIdsAreSpreadEvenly() {
    List<UUID> cells = IntStream.range(0, CELLS).mapToObj(i -> new UUID(1, i)).toList();
    Rendezvous rendezvous = new Rendezvous(List.of("a", "b", "c", "d"));
    shares(rendezvous, cells)
        .values()
        .forEach(share -> assertTrue(Math.abs(share - CELLS / 4) <= slack(4), "" + share));
  }

  @Test
  void withoutMembersACellHasNoMember() {
    assertEquals("", new Rendezvous(List.of()).choose(new UUID(1, 2)));
  }
}
