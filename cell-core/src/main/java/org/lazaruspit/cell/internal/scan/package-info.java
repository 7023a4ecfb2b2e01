/** Reads the files of a cell, and checks the rules that bind them. */
@NullMarked
package org.lazaruspit.cell.internal.scan;

import org.jspecify.annotations.NullMarked;
