/** Revives agents through an operator's own commands. */
@NullMarked
package org.lazaruspit.pit.internal.command;

import org.jspecify.annotations.NullMarked;
