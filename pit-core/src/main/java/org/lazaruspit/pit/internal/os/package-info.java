/** Linux primitives: processes, helper programs, safe directories. */
@NullMarked
package org.lazaruspit.pit.internal.os;

import org.jspecify.annotations.NullMarked;
