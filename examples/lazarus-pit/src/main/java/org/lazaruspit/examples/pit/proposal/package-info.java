/** Reads a mission proposal from Markdown. */
@NullMarked
package org.lazaruspit.examples.pit.proposal;

import org.jspecify.annotations.NullMarked;
