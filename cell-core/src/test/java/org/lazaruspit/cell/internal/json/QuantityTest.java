package org.lazaruspit.cell.internal.json;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Objects;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.lazaruspit.cell.ResourceLimits;

class QuantityTest {
  @ParameterizedTest
  @CsvSource({
    "2 cores, 2000",
    "1 core, 1000",
    "500m, 500",
    "1.5, 1500",
    "0.25 CPUs, 250",
    "4, 4000"
  })
  void amountsOfProcessorsAreThousandthsOfACore(String text, long millicores) {
    assertEquals(millicores, Quantity.CPU.parse(text));
  }

  @ParameterizedTest
  @CsvSource({
    "4GB, 4000000000",
    "4 GB, 4000000000",
    "512MiB, 536870912",
    "512Mi, 536870912",
    "10g, 10000000000",
    "1.5KiB, 1536",
    "1024, 1024",
    "7 bytes, 7",
    "1PB, 1000000000000000"
  })
  void amountsOfMemoryAreBytes(String text, long bytes) {
    assertEquals(bytes, Quantity.BYTES.parse(text));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "many", "-1", "0", "0GB", "1e3", "1.5B", "4 GBs", "1 000", "99999999999PB"})
  void whatIsNoAmountIsRefused(String text) {
    assertNull(Quantity.BYTES.parse(text));
  }

  @ParameterizedTest
  @ValueSource(strings = {"2 GB", "0.0001", "0 cores", "cores", "1.5m"})
  void whatIsNoAmountOfProcessorsIsRefused(String text) {
    assertNull(Quantity.CPU.parse(text));
  }

  @Test
  void limitsAreReadInCommonNotations() {
    assertEquals(
        new ResourceLimits(1500L, 4_000_000_000L, null), ResourceLimits.parse("1.5", "4 GB", null));
    assertEquals(ResourceLimits.ABSENT, ResourceLimits.parse(null, null, null));
    IllegalArgumentException refused =
        assertThrows(
            IllegalArgumentException.class, () -> ResourceLimits.parse("2", "4 GB", "much"));
    assertEquals(
        "disk: \"much\" is not an amount such as \"4GB\" or \"512MiB\"", refused.getMessage());
  }

  @Property
  boolean whatIsWrittenIsReadBack(@ForAll @LongRange(min = 1, max = 1L << 49) long amount) {
    return Objects.equals(Quantity.CPU.parse(Quantity.CPU.format(amount)), amount)
        && Objects.equals(Quantity.BYTES.parse(Quantity.BYTES.format(amount)), amount);
  }
}
