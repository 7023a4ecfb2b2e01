package org.lazaruspit.cell.internal.json;

/** Rules for names of files in a cell. */
public final class FileNames {
  private static final int MAX_LENGTH = 1024;

  private FileNames() {}

  /**
   * Returns whether a name with forward slashes stays below the directory that it is resolved
   * against.
   */
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

  /** Returns whether editors and atomic writers use such names for unfinished files. */
  public static boolean isTemporary(String name) {
    return name.startsWith(".")
        || name.endsWith("~")
        || name.endsWith(".tmp")
        || name.endsWith(".swp");
  }
}
