/** A gateway that embeds the health registry and answers over HTTP. */
@NullMarked
package org.lazaruspit.examples.gateway;

import org.jspecify.annotations.NullMarked;
