/** The control interface of a running daemon. */
@NullMarked
package org.lazaruspit.examples.pit.control;

import org.jspecify.annotations.NullMarked;
