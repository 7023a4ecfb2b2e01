/** Delivers events to listeners in order, and logs repeated problems once. */
@NullMarked
package org.lazaruspit.pit.internal.notify;

import org.jspecify.annotations.NullMarked;
