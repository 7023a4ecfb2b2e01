package org.lazaruspit.heartbeat.http;

import java.io.IOException;
import java.io.OutputStream;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;

/**
 * Gzip stream with the fastest compression level, which shrinks the JSON of responses to a tenth.
 */
final class FastGzipOutputStream extends GZIPOutputStream {

  FastGzipOutputStream(OutputStream out) throws IOException {
    super(out, 8192);
    def.setLevel(Deflater.BEST_SPEED);
  }

  /** Frees native memory; the target stays open. */
  void end() {
    def.end();
  }
}
