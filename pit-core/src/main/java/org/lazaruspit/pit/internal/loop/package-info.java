/** Schedules rounds: what is observed, and when. */
@NullMarked
package org.lazaruspit.pit.internal.loop;

import org.jspecify.annotations.NullMarked;
