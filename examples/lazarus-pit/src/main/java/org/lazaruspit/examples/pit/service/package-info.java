/** The daemon as a service: start, configuration, log, reload, end. */
@NullMarked
package org.lazaruspit.examples.pit.service;

import org.jspecify.annotations.NullMarked;
