package org.lazaruspit.cell.internal.json;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.time.Instant;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class InstantsTest {
  @Property
  void everyInstantOfFourDigitYearsIsReadBack(
      @ForAll @LongRange(min = -62_167_219_200L, max = 253_402_300_799L) long second,
      @ForAll @IntRange(max = 999_999_999) int nano) {
    Instant instant = Instant.ofEpochSecond(second, nano);
    assertEquals(instant, Instants.parse(instant.toString()));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "2026-01-31T09:30:00.1Z",
        "2024-02-29T23:59:59.123456789Z",
        "2026-01-31T09:30:00+05:30",
        "2026-01-31T09:30:00.5-17:59",
        "2026-01-31T00:00:00-00:00"
      })
  void whatTheJdkReadsIsReadTheSame(String text) {
    assertEquals(Instant.parse(text), Instants.parse(text));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "2026-01-31",
        "2026-01-31T09:30Z",
        "2026-01-31T09:30:00",
        "2026-01-31T09:30:00.Z",
        "2026-01-31T09:30:00.1234567890Z",
        "2026-01-31T09:30:00ZZ",
        "2026-02-29T00:00:00Z",
        "2026-13-01T00:00:00Z",
        "2026-00-01T00:00:00Z",
        "2026-01-31T24:00:00Z",
        "2026-01-31T09:60:00Z",
        "2026-01-31T23:59:60Z",
        "2026-01-31T09:30:00+18:00",
        "2026-01-31T09:30:00+01:60",
        "2026-01-31T09:30:00+0100",
        "2026-01-31t09:30:00z",
        "2026-01-31 09:30:00Z",
        "+2026-01-31T09:30:00Z",
        "9999-12-31T23:59:59-00:01",
        "0000-01-01T00:00:00+00:01",
        "２０２６-01-31T09:30:00Z"
      })
  void whatIsNoInstantIsRefused(String text) {
    assertNull(Instants.parse(text));
  }
}
