package org.lazaruspit.examples.benchmarks;

import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Ids of agents as they come over the wire: each time another object, in no order. */
final class Ids {
  private Ids() {}

  static String[] shuffled(int count, long seed) {
    List<String> ids =
        IntStream.range(0, count).mapToObj(i -> "agent-" + i).collect(Collectors.toList());
    Collections.shuffle(ids, new Random(seed));
    return ids.toArray(new String[0]);
  }
}
