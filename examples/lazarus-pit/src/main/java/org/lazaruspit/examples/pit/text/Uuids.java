package org.lazaruspit.examples.pit.text;

import java.util.UUID;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Parses ids of cells on the command line and in requests. */
public final class Uuids implements ITypeConverter<UUID> {

  /** Returns whether the text is a UUID in full; Java also accepts {@code 1-2-3-4-5}. */
  public static boolean isValid(String text) {
    try {
      return UUID.fromString(text).toString().equalsIgnoreCase(text);
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  @Override
  public UUID convert(String text) {
    if (!isValid(text)) {
      throw new TypeConversionException("'" + text + "' is not a UUID");
    }
    return UUID.fromString(text);
  }
}
