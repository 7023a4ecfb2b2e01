/** Reads JSON configuration, with the place of each problem. */
@NullMarked
package org.lazaruspit.pit.internal.config;

import org.jspecify.annotations.NullMarked;
