/** Holds the cells that this pit owns. */
@NullMarked
package org.lazaruspit.pit.internal.cell;

import org.jspecify.annotations.NullMarked;
