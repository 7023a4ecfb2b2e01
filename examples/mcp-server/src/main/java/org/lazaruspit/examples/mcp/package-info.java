/** The pit's operations as tools of the Model Context Protocol. */
@NullMarked
package org.lazaruspit.examples.mcp;

import org.jspecify.annotations.NullMarked;
