package org.lazaruspit.heartbeat.http;

import java.time.Duration;
import java.time.Instant;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.StreamWriteFeature;
import tools.jackson.core.json.JsonFactory;

/** How JSON is read and written here: bounded, without duplicate keys, streams left open. */
final class Json {

  static final String TYPE = "application/json";

  static final JsonFactory FACTORY =
      JsonFactory.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .disable(StreamWriteFeature.AUTO_CLOSE_TARGET)
          // A generator that is closed after a failure must not make half an answer look whole.
          .disable(StreamWriteFeature.AUTO_CLOSE_CONTENT)
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(64)
                  .maxNumberLength(100)
                  .maxNameLength(1_000)
                  .build())
          .build();

  private Json() {}

  static void writeSeconds(JsonGenerator json, String name, Instant instant) {
    json.writeName(name);
    json.writeNumber(seconds(instant.getEpochSecond(), instant.getNano() / 1_000 * 1_000));
  }

  static void writeSeconds(JsonGenerator json, String name, Duration duration) {
    json.writeName(name);
    json.writeNumber(seconds(duration.getSeconds(), duration.getNano()));
  }

  /** As a decimal number; whole seconds are written as such. */
  private static String seconds(long whole, int nanos) {
    if (nanos == 0) {
      return Long.toString(whole);
    }
    // A negative time is its floor plus a positive fraction in java.time, but not in a decimal.
    boolean borrow = whole < 0;
    long shown = borrow ? whole + 1 : whole;
    int fraction = borrow ? 1_000_000_000 - nanos : nanos;
    StringBuilder text = new StringBuilder(24);
    text.append(borrow && shown == 0 ? "-0" : Long.toString(shown)).append('.');
    int digits = 9;
    for (; fraction % 10 == 0; fraction /= 10) {
      digits--;
    }
    for (int unit = pow10(digits - 1); unit > 0; unit /= 10) {
      text.append((char) ('0' + fraction / unit % 10));
    }
    return text.toString();
  }

  private static int pow10(int exponent) {
    int power = 1;
    for (int i = 0; i < exponent; i++) {
      power *= 10;
    }
    return power;
  }
}
