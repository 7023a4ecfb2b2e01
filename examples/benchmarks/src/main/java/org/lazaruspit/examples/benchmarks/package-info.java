/** Benchmarks of the libraries against alternatives. */
@NullMarked
package org.lazaruspit.examples.benchmarks;

import org.jspecify.annotations.NullMarked;
