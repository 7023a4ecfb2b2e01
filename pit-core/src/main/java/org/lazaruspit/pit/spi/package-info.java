/** Interfaces for plug-ins: probes, revivers and the ownership of cells. */
@NullMarked
package org.lazaruspit.pit.spi;

import org.jspecify.annotations.NullMarked;
