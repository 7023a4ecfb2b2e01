/** Finds and loads plug-ins, and guards calls to them. */
@NullMarked
package org.lazaruspit.pit.internal.plugin;

import org.jspecify.annotations.NullMarked;
