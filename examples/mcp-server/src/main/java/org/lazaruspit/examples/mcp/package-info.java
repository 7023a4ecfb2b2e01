/** Operations of Lazarus Pit as tools of the Model Context Protocol. */
@NullMarked
package org.lazaruspit.examples.mcp;

import org.jspecify.annotations.NullMarked;
