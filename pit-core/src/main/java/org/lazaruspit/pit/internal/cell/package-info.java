/** Holds the owned cells: content, claim, journal and ledger. */
@NullMarked
package org.lazaruspit.pit.internal.cell;

import org.jspecify.annotations.NullMarked;
