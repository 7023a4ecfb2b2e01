/** Turns evidence about an agent into a judgement. */
@NullMarked
package org.lazaruspit.pit.internal.detection;

import org.jspecify.annotations.NullMarked;
