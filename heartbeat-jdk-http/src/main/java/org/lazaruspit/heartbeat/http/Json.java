package org.lazaruspit.heartbeat.http;

import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;

/** Settings of JSON parsers: bounded, and without duplicate keys. */
final class Json {

  static final String TYPE = "application/json";

  static final JsonFactory FACTORY =
      JsonFactory.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(64)
                  .maxNumberLength(100)
                  .maxNameLength(1_000)
                  .build())
          .build();

  private Json() {}
}
