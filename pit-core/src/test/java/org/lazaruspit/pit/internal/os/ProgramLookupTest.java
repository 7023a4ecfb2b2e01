package org.lazaruspit.pit.internal.os;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class ProgramLookupTest {

  @Test
  void outputLargerThanAPipeDoesNotBlockTheProgram() throws Exception {
    ProgramLookup programs = ProgramLookup.ofThisMachine();
    assertEquals(
        7, programs.run("sh", List.of("-c", "head -c 1000000 /dev/zero; exit 7")).status());
  }
}
