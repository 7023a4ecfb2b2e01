/** Metrics in the formats of Prometheus. */
@NullMarked
package org.lazaruspit.examples.pit.metrics;

import org.jspecify.annotations.NullMarked;
