/** Tests the documentation against the code. */
package org.lazaruspit.examples.documentation;
