package org.lazaruspit.examples.zookeeper;

import java.util.Collection;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.UUID;

/**
 * Whose cell it is to be, by highest random weight: every pit that knows the same members comes to
 * the same answer without asking, each member gets an equal share on average, and when one comes or
 * goes only the cells move that it gets or had (Thaler and Ravishankar, "Using Name-Based Mappings
 * to Increase Hit Rates", 1998). Immutable.
 */
final class Rendezvous {

  private final SortedSet<String> members;

  Rendezvous(Collection<String> members) {
    this.members = new TreeSet<>(members);
  }

  SortedSet<String> members() {
    return members;
  }

  /** The member that is to have the cell; empty where there is none. */
  String choose(UUID cell) {
    String best = "";
    long highest = 0;
    for (String member : members) {
      long weight = weight(member, cell);
      if (best.isEmpty() || weight > highest) {
        best = member;
        highest = weight;
      }
    }
    return best;
  }

  private static long weight(String member, UUID cell) {
    long hash = mix(cell.getMostSignificantBits());
    hash = mix(hash ^ cell.getLeastSignificantBits());
    for (int i = 0; i < member.length(); i++) {
      hash = mix(hash ^ member.charAt(i));
    }
    return hash;
  }

  /** The finalizer of SplitMix64 (Steele, Lea and Flood, 2014): every bit tells on every other. */
  private static long mix(long value) {
    long z = value + 0x9e3779b97f4a7c15L;
    z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }
}
