/** Probes the health of agents. */
@NullMarked
package org.lazaruspit.pit.internal.probe;

import org.jspecify.annotations.NullMarked;
