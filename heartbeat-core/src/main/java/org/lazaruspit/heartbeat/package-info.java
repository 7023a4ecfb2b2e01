/** Health registry and its rules. */
@NullMarked
package org.lazaruspit.heartbeat;

import org.jspecify.annotations.NullMarked;
