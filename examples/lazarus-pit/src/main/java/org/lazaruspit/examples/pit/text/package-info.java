/** Text for people and programs: JSON, safe plain text, relative times. */
@NullMarked
package org.lazaruspit.examples.pit.text;

import org.jspecify.annotations.NullMarked;
