/** File system access: atomic writes, locks, bounded reads, checked directories. */
@NullMarked
package org.lazaruspit.cell.internal.files;

import org.jspecify.annotations.NullMarked;
