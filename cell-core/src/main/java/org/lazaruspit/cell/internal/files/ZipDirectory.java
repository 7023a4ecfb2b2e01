package org.lazaruspit.cell.internal.files;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.lazaruspit.cell.internal.json.JsonText;

/**
 * Reads the central directory of a zip file (APPNOTE.TXT 4.3.12 and 4.3.16). The JDK does not
 * distinguish links from files; the Unix mode in the directory does.
 */
public final class ZipDirectory {
  private static final int END_SIGNATURE = 0x06054b50;
  private static final int END_LENGTH = 22;
  private static final int MAX_COMMENT = 0xffff;
  private static final int ENTRY_SIGNATURE = 0x02014b50;
  private static final int ENTRY_LENGTH = 46;
  private static final int MADE_ON_UNIX = 3;
  private static final int TYPE_MASK = 0xf000;
  private static final int REGULAR = 0x8000;
  private static final int DIRECTORY = 0x4000;
  private static final long MAX_LENGTH = 64L << 20;

  private ZipDirectory() {}

  /**
   * Returns the names of all entries; refuses an archive with anything but files and directories.
   */
  public static List<String> names(Path file) throws IOException {
    try (SeekableByteChannel channel = Files.newByteChannel(file)) {
      ByteBuffer end = end(file, channel);
      int count = end.getShort(10) & 0xffff;
      long length = end.getInt(12) & 0xffffffffL;
      long start = end.getInt(16) & 0xffffffffL;
      if (count == 0xffff || length > MAX_LENGTH || start + length > channel.size()) {
        throw new IOException(file + " is not a zip file of a supported size");
      }
      return names(file, read(channel, start, (int) length), count);
    }
  }

  private static ByteBuffer end(Path file, SeekableByteChannel channel) throws IOException {
    int length = (int) Math.min(channel.size(), END_LENGTH + MAX_COMMENT);
    ByteBuffer tail = read(channel, channel.size() - length, length);
    for (int at = length - END_LENGTH; at >= 0; at--) {
      if (tail.getInt(at) == END_SIGNATURE) {
        return tail.slice(at, END_LENGTH).order(ByteOrder.LITTLE_ENDIAN);
      }
    }
    throw new IOException(file + " is not a zip file");
  }

  private static ByteBuffer read(SeekableByteChannel channel, long start, int length)
      throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
    channel.position(start);
    while (buffer.hasRemaining() && channel.read(buffer) >= 0) {
      // Until the buffer is full or the file ends.
    }
    return buffer.position(length).flip();
  }

  private static List<String> names(Path file, ByteBuffer directory, int count) throws IOException {
    List<String> names = new ArrayList<>();
    int at = 0;
    for (int i = 0; i < count; i++) {
      if (at + ENTRY_LENGTH > directory.limit() || directory.getInt(at) != ENTRY_SIGNATURE) {
        throw new IOException(file + " has a damaged directory");
      }
      int nameLength = directory.getShort(at + 28) & 0xffff;
      int rest = (directory.getShort(at + 30) & 0xffff) + (directory.getShort(at + 32) & 0xffff);
      if (at + ENTRY_LENGTH + nameLength + rest > directory.limit()) {
        throw new IOException(file + " has a damaged directory");
      }
      String name =
          StandardCharsets.UTF_8.decode(directory.slice(at + ENTRY_LENGTH, nameLength)).toString();
      int madeOn = directory.get(at + 5);
      int type = (directory.getInt(at + 38) >>> 16) & TYPE_MASK;
      if (madeOn == MADE_ON_UNIX && type != 0 && type != REGULAR && type != DIRECTORY) {
        throw new IOException(
            file + " was refused: \"" + JsonText.shorten(name) + "\" is a link or a special file");
      }
      names.add(name);
      at += ENTRY_LENGTH + nameLength + rest;
    }
    return names;
  }
}
