/** Holds what people read against the code. */
package org.lazaruspit.examples.documentation;
