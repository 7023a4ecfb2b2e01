package org.lazaruspit.examples.zookeeper;

import java.util.Collection;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.UUID;

/**
 * Rendezvous hashing (highest random weight): pits with the same list of members compute the same
 * assignment, each member gets an equal share on average, and a change of members moves only the
 * cells of the member that joins or leaves (Thaler and Ravishankar, "Using Name-Based Mappings to
 * Increase Hit Rates", 1998). Immutable.
 */
final class Rendezvous {

  private final SortedSet<String> members;

  Rendezvous(Collection<String> members) {
    this.members = new TreeSet<>(members);
  }

  SortedSet<String> members() {
    return members;
  }

  /** Returns the member with the highest weight for the cell; empty if there are no members. */
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

  /**
   * The finalizer of SplitMix64 (Steele, Lea and Flood, 2014): each input bit affects all output
   * bits.
   */
  private static long mix(long value) {
    long z = value + 0x9e3779b97f4a7c15L;
    z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }
}
