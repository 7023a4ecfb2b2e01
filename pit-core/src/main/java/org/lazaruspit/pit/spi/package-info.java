/** What a plug-in implements: probes, revivers and the ownership of cells. */
@NullMarked
package org.lazaruspit.pit.spi;

import org.jspecify.annotations.NullMarked;
