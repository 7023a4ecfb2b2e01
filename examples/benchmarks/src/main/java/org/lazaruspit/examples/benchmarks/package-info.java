/** What the libraries cost, beside what else does the same work. */
@NullMarked
package org.lazaruspit.examples.benchmarks;

import org.jspecify.annotations.NullMarked;
