/** Runs agents as processes, and proves that they are gone. */
@NullMarked
package org.lazaruspit.pit.internal.process;

import org.jspecify.annotations.NullMarked;
