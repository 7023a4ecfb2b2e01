/** Mission cells: their content, the rules they obey, and the store that holds them. */
@NullMarked
package org.lazaruspit.cell;

import org.jspecify.annotations.NullMarked;
