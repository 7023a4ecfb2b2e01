/** Builds sandboxes for agents, and reports what this machine enforces. */
@NullMarked
package org.lazaruspit.pit.internal.isolation;

import org.jspecify.annotations.NullMarked;
