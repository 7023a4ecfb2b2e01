/** HTTP interface of the health registry: a handler to mount, a server and clients. */
@NullMarked
package org.lazaruspit.heartbeat.http;

import org.jspecify.annotations.NullMarked;
