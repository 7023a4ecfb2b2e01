/** Keeps generations of checkpoints, and verifies them. */
@NullMarked
package org.lazaruspit.cell.internal.checkpoint;

import org.jspecify.annotations.NullMarked;
