package org.lazaruspit.cell;

import org.jspecify.annotations.Nullable;
import org.lazaruspit.cell.internal.json.JsonText;
import org.lazaruspit.cell.internal.json.Quantity;

/**
 * Resource limits of an agent, from {@code resource_limits}. A limit that is {@code null} is not
 * set. Immutable and thread-safe.
 *
 * @param cpuMillicores thousandths of a processor core: {@code "2 cores"} is 2000
 * @param memoryBytes bytes of memory
 * @param diskBytes bytes of disk
 */
public record ResourceLimits(
    @Nullable Long cpuMillicores, @Nullable Long memoryBytes, @Nullable Long diskBytes) {

  /** No limits. */
  public static final ResourceLimits ABSENT = new ResourceLimits(null, null, null);

  /**
   * Validates the components.
   *
   * @param cpuMillicores thousandths of a processor core: {@code "2 cores"} is 2000
   * @param memoryBytes bytes of memory
   * @param diskBytes bytes of disk
   */
  public ResourceLimits {
    positive("cpu", cpuMillicores);
    positive("memory", memoryBytes);
    positive("disk", diskBytes);
  }

  /**
   * Parses limits in the form of {@code isolation.json}: {@code "2 cores"} or {@code "500m"};
   * {@code "4GB"} or {@code "512MiB"}, where {@code GB} is a power of 1000 and {@code GiB} one of
   * 1024.
   *
   * @param cpu number of processor cores, or null for no limit
   * @param memory number of bytes, or null for no limit
   * @param disk number of bytes, or null for no limit
   * @return the limits
   * @throws IllegalArgumentException if an amount is not positive or malformed; the message names
   *     it
   */
  public static ResourceLimits parse(
      @Nullable String cpu, @Nullable String memory, @Nullable String disk) {
    return new ResourceLimits(
        amount("cpu", cpu, Quantity.CPU),
        amount("memory", memory, Quantity.BYTES),
        amount("disk", disk, Quantity.BYTES));
  }

  private static @Nullable Long amount(String what, @Nullable String text, Quantity quantity) {
    if (text == null) {
      return null;
    }
    Long amount = quantity.parse(text);
    if (amount == null) {
      throw new IllegalArgumentException(
          what + ": \"" + JsonText.shorten(text) + "\" is not " + quantity.expected());
    }
    return amount;
  }

  private static void positive(String what, @Nullable Long limit) {
    if (limit != null && limit < 1) {
      throw new IllegalArgumentException(what + ": " + limit + " is not positive");
    }
  }
}
