/** Pits on several machines share the cells through an ensemble of Apache ZooKeeper. */
@NullMarked
package org.lazaruspit.examples.zookeeper;

import org.jspecify.annotations.NullMarked;
