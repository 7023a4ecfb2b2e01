/** Mission cells: content, rules and store. */
@NullMarked
package org.lazaruspit.cell;

import org.jspecify.annotations.NullMarked;
