/** Computes state from the events of a journal. Pure: no effect, no clock. */
@NullMarked
package org.lazaruspit.pit.internal.ledger;

import org.jspecify.annotations.NullMarked;
