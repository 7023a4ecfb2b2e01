/** What things cost, measured against what they could cost. */
@NullMarked
package org.lazaruspit.examples.benchmarks;

import org.jspecify.annotations.NullMarked;
