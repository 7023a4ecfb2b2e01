/** Reads and writes JSON documents, with the place of each problem. */
@NullMarked
package org.lazaruspit.cell.internal.json;

import org.jspecify.annotations.NullMarked;
