package org.lazaruspit.examples.zookeeper;

import java.util.function.LongSupplier;

/**
 * The two clocks of this machine. The first measures time; the second only bears witness: it goes
 * on while the machine is suspended, where the first may stand still.
 *
 * @param nanos monotonic
 * @param wallMillis the wall clock's
 */
record Clocks(LongSupplier nanos, LongSupplier wallMillis) {

  static final Clocks SYSTEM = new Clocks(System::nanoTime, System::currentTimeMillis);

  /** Both at one moment. */
  record Moment(long nanos, long wallMillis) {}

  Moment now() {
    return new Moment(nanos.getAsLong(), wallMillis.getAsLong());
  }
}
