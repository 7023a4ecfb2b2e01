package org.lazaruspit.cell.internal.files;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.jspecify.annotations.Nullable;
import org.lazaruspit.cell.CellLimits;
import org.lazaruspit.cell.internal.json.FileNames;
import org.lazaruspit.cell.internal.json.JsonText;

/** Unpacks an untrusted archive. */
public final class ZipExtractor {
  /** Maximum ratio of compression; a file of a mission stays far below it, a zip bomb does not. */
  private static final long MAX_RATIO = 250;

  private static final long ALWAYS_ALLOWED = 64L << 20;

  private final Path file;
  private final Set<String> expected;
  private final Set<String> seen = new HashSet<>();
  private final long maxBytes;
  private long bytes;

  public ZipExtractor(Path file, List<String> names, CellLimits limits) throws IOException {
    this.file = file;
    this.expected = Set.copyOf(names);
    this.maxBytes =
        Math.min(
            4 * limits.maxCheckpointBytes(),
            Math.max(ALWAYS_ALLOWED, MAX_RATIO * Files.size(file)));
  }

  public void into(Path directory) throws IOException {
    try (InputStream in = Files.newInputStream(file);
        ZipInputStream zip = new ZipInputStream(in)) {
      for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
        unpack(directory, entry, zip);
      }
    } catch (IllegalArgumentException e) {
      throw refused("a malformed name", e);
    }
    if (!seen.equals(expected)) {
      throw refused("entries that its central directory does not list", null);
    }
  }

  private void unpack(Path directory, ZipEntry entry, ZipInputStream zip) throws IOException {
    String name = entry.getName();
    if (!seen.add(name)) {
      throw refused("\"" + JsonText.shorten(name) + "\" twice", null);
    }
    String path = entry.isDirectory() ? name.substring(0, name.length() - 1) : name;
    if (!FileNames.isRelative(path)) {
      throw refused("\"" + JsonText.shorten(name) + "\", which leads out of the cell", null);
    }
    if (path.equals(CellLayout.PRIVATE) || path.startsWith(CellLayout.PRIVATE + "/")) {
      return;
    }
    Path target = directory.resolve(path);
    if (entry.isDirectory()) {
      Files.createDirectories(target);
    } else {
      Files.createDirectories(AtomicFiles.parent(target));
      AtomicFiles.write(target, new Counted(zip));
    }
  }

  /** Counts bytes while unpacking, so that a zip bomb is stopped early. */
  private final class Counted extends FilterInputStream {
    Counted(InputStream in) {
      super(in);
    }

    @Override
    public int read() throws IOException {
      int value = super.read();
      count(value < 0 ? 0 : 1);
      return value;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
      int read = super.read(buffer, offset, length);
      count(Math.max(0, read));
      return read;
    }

    private void count(int more) throws IOException {
      bytes += more;
      if (bytes > maxBytes) {
        throw refused("more than " + maxBytes + " bytes when unpacked", null);
      }
    }
  }

  private IOException refused(String what, @Nullable Throwable cause) {
    return new IOException(file + " was refused: it contains " + what, cause);
  }
}
