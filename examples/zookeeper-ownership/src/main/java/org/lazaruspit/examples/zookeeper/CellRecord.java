package org.lazaruspit.examples.zookeeper;

import java.io.IOException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the ensemble keeps of a cell: the newest epoch that was given out, and who has it.
 *
 * @param epoch 0 where nobody has had it yet
 * @param owner a member, alive or dead; {@link #NOBODY} where it was let go
 * @param version of its node: whoever changes it names the one that he has read
 */
record CellRecord(long epoch, String owner, int version) {

  static final String NOBODY = "-";

  private static final Pattern TEXT = Pattern.compile("([0-9]{1,18}) (\\S+)");

  static CellRecord parse(Ensemble.Node node) throws IOException {
    Matcher matcher = TEXT.matcher(node.text());
    if (!matcher.matches()) {
      throw new IOException(
          "%s holds \"%s\", expected an epoch and an owner: is its namespace used by something else?"
              .formatted(node.path(), node.text()));
    }
    return new CellRecord(Long.parseLong(matcher.group(1)), matcher.group(2), node.version());
  }

  boolean isFree() {
    return owner.equals(NOBODY);
  }

  /**
   * The epoch of the next owner. Where the ensemble's memory was lost, or the cell comes from
   * another kind of ownership, the journal may know a higher one: time only rises.
   */
  long nextEpoch(long wallMillis) {
    return Math.max(epoch + 1, wallMillis);
  }

  static String text(long epoch, String owner) {
    return epoch + " " + owner;
  }
}
