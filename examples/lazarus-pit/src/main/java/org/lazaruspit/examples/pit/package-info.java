/** The daemon and its command line. */
@NullMarked
package org.lazaruspit.examples.pit;

import org.jspecify.annotations.NullMarked;
