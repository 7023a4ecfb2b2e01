package org.lazaruspit.examples.zookeeper;

import java.util.function.LongSupplier;

/**
 * The two clocks of this machine. The monotonic clock may stop while the machine is suspended; the
 * wall clock shows that time too.
 *
 * @param nanos the monotonic clock, in nanoseconds
 * @param wallMillis the wall clock, in milliseconds since the epoch
 */
record Clocks(LongSupplier nanos, LongSupplier wallMillis) {

  static final Clocks SYSTEM = new Clocks(System::nanoTime, System::currentTimeMillis);

  /** Readings of both clocks at one moment. */
  record Moment(long nanos, long wallMillis) {}

  Moment now() {
    return new Moment(nanos.getAsLong(), wallMillis.getAsLong());
  }
}
