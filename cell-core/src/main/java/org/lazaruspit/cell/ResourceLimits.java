package org.lazaruspit.cell;

import org.jspecify.annotations.Nullable;

/**
 * What an agent may use at most, from {@code resource_limits}. A limit that is absent is {@code
 * null}. Immutable and thread-safe.
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
   * Checks what is given.
   *
   * @param cpuMillicores thousandths of a processor core: {
   * @param memoryBytes bytes of memory
   * @param diskBytes bytes of disk
   */
  public ResourceLimits {
    positive("cpu", cpuMillicores);
    positive("memory", memoryBytes);
    positive("disk", diskBytes);
  }

  private static void positive(String what, @Nullable Long limit) {
    if (limit != null && limit < 1) {
      throw new IllegalArgumentException(what + ": " + limit + " is not positive");
    }
  }
}
