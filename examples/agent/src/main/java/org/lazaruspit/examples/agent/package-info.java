/** Example agent. */
@NullMarked
package org.lazaruspit.examples.agent;

import org.jspecify.annotations.NullMarked;
