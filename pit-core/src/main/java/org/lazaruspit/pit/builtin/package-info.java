/** The built-in plug-ins, which come in through the same door as anybody's. Not exported. */
@NullMarked
package org.lazaruspit.pit.builtin;

import org.jspecify.annotations.NullMarked;
