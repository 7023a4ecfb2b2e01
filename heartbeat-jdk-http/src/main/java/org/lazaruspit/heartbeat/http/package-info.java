/** The health registry over HTTP: a handler to mount, a server of its own, and a client. */
@NullMarked
package org.lazaruspit.heartbeat.http;

import org.jspecify.annotations.NullMarked;
