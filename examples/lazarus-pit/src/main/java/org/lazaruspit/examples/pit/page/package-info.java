/** The status page, and its stream of changes. */
@NullMarked
package org.lazaruspit.examples.pit.page;

import org.jspecify.annotations.NullMarked;
