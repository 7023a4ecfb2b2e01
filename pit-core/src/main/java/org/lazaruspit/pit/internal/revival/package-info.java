/** Decides on revivals, holds, quarantines, approvals and orders, and carries them out. */
@NullMarked
package org.lazaruspit.pit.internal.revival;

import org.jspecify.annotations.NullMarked;
