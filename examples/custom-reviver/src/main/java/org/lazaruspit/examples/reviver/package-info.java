/** Plug-in of one class: agents as units of systemd. */
@NullMarked
package org.lazaruspit.examples.reviver;

import org.jspecify.annotations.NullMarked;
