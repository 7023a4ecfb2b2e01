package org.lazaruspit.cell.internal.json;

/** The rule for names of files inside a directory of ours. */
public final class FileNames {
  private static final int MAX_LENGTH = 1024;

  private FileNames() {}

  /** Whether a name with forward slashes stays below the directory it is resolved against. */
  public static boolean isRelative(String name) {
    if (name.isEmpty() || length(name) > MAX_LENGTH || name.indexOf('\\') >= 0) {
      return false;
    }
    if (name.chars().anyMatch(c -> c < 0x20 || c == 0x7f)) {
      return false;
    }
    for (String part : name.split("/", -1)) {
      if (part.isEmpty() || part.equals(".") || part.equals("..") || length(part) > 255) {
        return false;
      }
    }
    return true;
  }

  private static int length(String text) {
    return text.codePointCount(0, text.length());
  }

  /** Whether editors and careful writers use such names for what is not finished. */
  public static boolean isTemporary(String name) {
    return name.startsWith(".")
        || name.endsWith("~")
        || name.endsWith(".tmp")
        || name.endsWith(".swp");
  }
}
