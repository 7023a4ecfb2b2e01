/** Loop of a pit: claims cells, schedules rounds, observes agents, and watches itself. */
@NullMarked
package org.lazaruspit.pit.internal.loop;

import org.jspecify.annotations.NullMarked;
