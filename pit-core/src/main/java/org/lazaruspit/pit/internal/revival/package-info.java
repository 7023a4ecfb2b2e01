/** Decides on revivals and carries them out. */
@NullMarked
package org.lazaruspit.pit.internal.revival;

import org.jspecify.annotations.NullMarked;
