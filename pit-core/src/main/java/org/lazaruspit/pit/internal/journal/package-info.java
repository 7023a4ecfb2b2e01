/** Writes events durably, and reads them back. */
@NullMarked
package org.lazaruspit.pit.internal.journal;

import org.jspecify.annotations.NullMarked;
