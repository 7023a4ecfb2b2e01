package org.lazaruspit.examples.zookeeper;

import java.io.IOException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Content of a cell's node: the newest epoch and its owner.
 *
 * @param epoch 0 before the first claim
 * @param owner a member, alive or dead; {@link #NO_OWNER} after a release
 * @param version version of the node, the condition of the next change
 */
record CellRecord(long epoch, String owner, int version) {

  static final String NO_OWNER = "-";

  private static final Pattern TEXT = Pattern.compile("([0-9]{1,18}) (\\S+)");

  static CellRecord parse(Ensemble.Node node) throws IOException {
    Matcher matcher = TEXT.matcher(node.text());
    if (!matcher.matches()) {
      throw new IOException(
          "%s: \"%s\" is not an epoch and an owner; another program may use the namespace"
              .formatted(node.path(), node.text()));
    }
    return new CellRecord(Long.parseLong(matcher.group(1)), matcher.group(2), node.version());
  }

  boolean isFree() {
    return owner.equals(NO_OWNER);
  }

  /**
   * Returns the epoch for the next owner: at least the wall clock's milliseconds, since the journal
   * may hold a higher epoch than this node after a loss of the ensemble's data or a change of the
   * ownership plug-in.
   */
  long nextEpoch(long wallMillis) {
    return Math.max(epoch + 1, wallMillis);
  }

  static String text(long epoch, String owner) {
    return epoch + " " + owner;
  }
}
