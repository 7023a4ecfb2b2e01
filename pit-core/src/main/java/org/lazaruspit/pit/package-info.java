/** The revival engine and the loop around it. */
@NullMarked
package org.lazaruspit.pit;

import org.jspecify.annotations.NullMarked;
