package org.lazaruspit.examples.benchmarks;

import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Agent ids as received over a network: new objects each time, in random order. */
final class Ids {
  private Ids() {}

  static String[] shuffled(int count, long seed) {
    List<String> ids =
        IntStream.range(0, count).mapToObj(i -> "agent-" + i).collect(Collectors.toList());
    Collections.shuffle(ids, new Random(seed));
    return ids.toArray(new String[0]);
  }
}
