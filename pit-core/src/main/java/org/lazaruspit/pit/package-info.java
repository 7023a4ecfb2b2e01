/** Revival engine, and the loop that supervises agents. */
@NullMarked
package org.lazaruspit.pit;

import org.jspecify.annotations.NullMarked;
