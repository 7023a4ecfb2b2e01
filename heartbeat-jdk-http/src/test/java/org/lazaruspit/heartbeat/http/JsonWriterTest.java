package org.lazaruspit.heartbeat.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.LongRange;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class JsonWriterTest {

  private static String written(Consumer<JsonWriter> content) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (JsonWriter json = new JsonWriter(bytes)) {
      content.accept(json);
    }
    return bytes.toString(UTF_8);
  }

  private static @Nullable Object readAgain(@Nullable Object value) {
    return JsonTree.of(written(json -> json.any(value)));
  }

  @Provide
  Arbitrary<Object> values() {
    return values(3);
  }

  private static Arbitrary<Object> values(int depth) {
    Arbitrary<Object> leaves =
        Arbitraries.oneOf(
            Arbitraries.strings().all().map(text -> text),
            Arbitraries.strings().ofMaxLength(3).map(text -> text.repeat(4_000)),
            Arbitraries.integers().map(number -> number),
            Arbitraries.doubles().map(number -> number),
            Arbitraries.of(true, false));
    if (depth == 0) {
      return leaves;
    }
    Arbitrary<Object> below = values(depth - 1);
    return Arbitraries.oneOf(
        leaves,
        below.list().ofMaxSize(5).map(list -> list),
        Arbitraries.maps(Arbitraries.strings(), below).ofMaxSize(5).map(map -> map));
  }

  @Property(tries = 500, edgeCases = EdgeCasesMode.NONE)
  void writtenValueIsReadUnchanged(@ForAll("values") Object value) {
    assertEquals(value, readAgain(value));
  }

  @Property
  void secondsAreExactDecimals(
      @ForAll @LongRange(min = -4_000_000_000L, max = 4_000_000_000L) long seconds,
      @ForAll @LongRange(min = 0, max = 999_999_999) long nanos) {
    Duration duration = Duration.ofSeconds(seconds, nanos);
    BigDecimal exact = BigDecimal.valueOf(seconds).add(BigDecimal.valueOf(nanos, 9));
    assertEquals(0, exact.compareTo(new BigDecimal(written(json -> json.seconds(duration)))));
  }

  @Test
  void timesHaveNoSuperfluousDigits() {
    assertEquals("30", written(json -> json.seconds(Duration.ofSeconds(30))));
    assertEquals("0.25", written(json -> json.seconds(Duration.ofMillis(250))));
    assertEquals("0.000000001", written(json -> json.seconds(Duration.ofNanos(1))));
    assertEquals("-0.5", written(json -> json.seconds(Duration.ofMillis(-500))));
    assertEquals(
        "1767258000.123456",
        written(json -> json.seconds(Instant.parse("2026-01-01T09:00:00.123456789Z"))));
    assertEquals("null", written(json -> json.seconds((Instant) null)));
  }

  @Test
  void halfOfASurrogatePairIsEscaped() {
    assertEquals("\"\\ud800x\"", written(json -> json.text("\ud800x")));
    assertEquals("\"\\udc00\\ud800\"", written(json -> json.text("\udc00\ud800")));
    assertEquals("\"\ud83d\udc80\"", written(json -> json.text("\ud83d\udc80")));
  }

  @Test
  void numbersOfEveryKindAreWritten() {
    List<Object> numbers =
        Arrays.asList(
            Long.MIN_VALUE,
            Long.MAX_VALUE,
            (byte) -1,
            (short) 7,
            1.5f,
            1e300,
            new BigInteger("123456789012345678901"),
            new BigDecimal("1E+400"),
            Double.NaN,
            Float.NEGATIVE_INFINITY,
            null);
    assertEquals(
        "[-9223372036854775808,9223372036854775807,-1,7,1.5,1.0E300,123456789012345678901,1E+400,null,null,null]",
        written(json -> json.any(numbers)));
  }

  @Test
  void namesAndValuesAreSeparated() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("a\"b", List.of());
    map.put("", Map.of("x", List.of(1, List.of(2, 3), Map.of())));
    assertEquals("{\"a\\\"b\":[],\"\":{\"x\":[1,[2,3],{}]}}", written(json -> json.any(map)));
  }
}
