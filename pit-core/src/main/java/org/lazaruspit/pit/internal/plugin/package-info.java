/** Finds plug-ins, loads them, and guards each call to them. */
@NullMarked
package org.lazaruspit.pit.internal.plugin;

import org.jspecify.annotations.NullMarked;
