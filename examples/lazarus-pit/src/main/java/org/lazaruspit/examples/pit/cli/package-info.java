/** The commands of the command line. */
@NullMarked
package org.lazaruspit.examples.pit.cli;

import org.jspecify.annotations.NullMarked;
