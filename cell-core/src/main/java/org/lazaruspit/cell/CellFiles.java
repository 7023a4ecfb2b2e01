package org.lazaruspit.cell;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.lazaruspit.cell.internal.files.AtomicFiles;
import org.lazaruspit.cell.internal.files.CellLayout;
import org.lazaruspit.cell.internal.files.CellLock;
import org.lazaruspit.cell.internal.files.FileReader;
import org.lazaruspit.cell.internal.files.Problems;
import org.lazaruspit.cell.internal.json.DocumentCodec;
import org.lazaruspit.cell.internal.json.Findings;
import org.lazaruspit.cell.internal.json.Json;
import org.lazaruspit.cell.internal.json.JsonText;
import org.lazaruspit.cell.internal.scan.CellScan;
import org.lazaruspit.cell.internal.scan.CellScanner;
import org.lazaruspit.cell.internal.scan.PendingChange;

/** Compare-and-set on the files of one cell, guarded by the rules of the whole cell. */
final class CellFiles {
  private static final byte[] EMPTY_OBJECT = {'{', '}'};

  private final CellLayout layout;
  private final CellScanner scanner;

  CellFiles(CellLayout layout, CellScanner scanner) {
    this.layout = layout;
    this.scanner = scanner;
  }

  <T> void add(Path file, String id, DocumentCodec<T> codec, T content) throws IOException {
    byte[] bytes = JsonText.bytes(codec.encode().apply(content));
    try (CellLock lock = CellLock.acquire(layout.directory())) {
      lock.requireHeld();
      if (read(file) != null) {
        throw new FileAlreadyExistsException(file.toString());
      }
      AtomicFiles.ensureDirectory(AtomicFiles.parent(file));
      requireNoNewErrors(new PendingChange(file, id, bytes, scanner.files()));
      AtomicFiles.replace(file, bytes, layout.temporary());
    }
  }

  <T> T update(Path file, String id, DocumentCodec<T> codec, UnaryOperator<T> change)
      throws IOException {
    while (true) {
      byte[] bytes = read(file);
      if (bytes == null) {
        throw new NoSuchFileException(file.toString());
      }
      Json.Obj object = parse(file, bytes);
      T before = decode(file, id, bytes, object, codec);
      T after = change.apply(before);
      if (after.equals(before)
          || compareAndSet(file, id, bytes, codec.replace(object, before, after))) {
        return after;
      }
    }
  }

  /** Updates a file that may be absent. */
  <T> T update(Path file, DocumentCodec<T> codec, T absent, UnaryOperator<T> change)
      throws IOException {
    while (true) {
      byte[] bytes = read(file);
      byte[] there = bytes == null ? EMPTY_OBJECT : bytes;
      Json.Obj object = parse(file, there);
      T before = bytes == null ? absent : decode(file, "", there, object, codec);
      T after = change.apply(before);
      if (after.equals(before)
          || compareAndSet(file, "", bytes, codec.replace(object, before, after))) {
        return after;
      }
    }
  }

  void remove(Path file) throws IOException {
    try (CellLock lock = CellLock.acquire(layout.directory())) {
      lock.requireHeld();
      if (read(file) == null) {
        throw new NoSuchFileException(file.toString());
      }
      requireNoNewErrors(new PendingChange(file, "", null, scanner.files()));
      AtomicFiles.delete(file);
    }
  }

  private boolean compareAndSet(Path file, String id, byte @Nullable [] expected, Json.Obj content)
      throws IOException {
    byte[] bytes = JsonText.bytes(content);
    try (CellLock lock = CellLock.acquire(layout.directory())) {
      lock.requireHeld();
      if (!Arrays.equals(expected, read(file))) {
        return false;
      }
      AtomicFiles.ensureDirectory(AtomicFiles.parent(file));
      requireNoNewErrors(new PendingChange(file, id, bytes, scanner.files()));
      AtomicFiles.replace(file, bytes, layout.temporary());
      return true;
    }
  }

  /** Loads the cell. */
  MissionCell cell() throws CellRuleException {
    CellLoad load = scanner.scan(layout.directory()).load();
    return load.cell().orElseThrow(() -> new CellRuleException(load.errors()));
  }

  /** Loads a file that must be present and valid. */
  <T> T load(Path file, String id, DocumentCodec<T> codec) throws IOException {
    byte[] bytes = read(file);
    if (bytes == null) {
      throw new NoSuchFileException(file.toString());
    }
    return decode(file, id, bytes, parse(file, bytes), codec);
  }

  byte @Nullable [] read(Path file) throws IOException {
    try {
      BasicFileAttributes directory = scanner.files().reader().stat(AtomicFiles.parent(file));
      if (directory == null) {
        return null;
      }
      FileReader.requireDirectory(directory);
      BasicFileAttributes attributes = scanner.files().reader().stat(file);
      if (attributes == null) {
        return null;
      }
      scanner.files().reader().requireFile(attributes);
      return scanner.files().reader().read(file, attributes.size());
    } catch (FileReader.Unusable e) {
      throw new CellRuleException(Problems.whole(file, e));
    }
  }

  Json.Obj parse(Path file, byte[] bytes) throws CellRuleException {
    Findings findings = new Findings();
    Json.Obj object = scanner.files().json().parse(bytes, findings);
    if (object == null || findings.failed()) {
      throw new CellRuleException(Problems.of(file, bytes, findings, scanner.files().json()));
    }
    return object;
  }

  <T> T decode(Path file, String id, byte[] bytes, Json.Obj object, DocumentCodec<T> codec)
      throws CellRuleException {
    Findings findings = new Findings();
    T content = codec.decode(id, object, findings, scanner.limits());
    if (content == null) {
      throw new CellRuleException(Problems.of(file, bytes, findings, scanner.files().json()));
    }
    return content;
  }

  /** Accepts a change of an invalid cell, provided that it adds no error. */
  private void requireNoNewErrors(PendingChange change) throws CellRuleException {
    CellScan now = scanner.scan(layout.directory());
    Set<CellProblem> known = new HashSet<>();
    now.load().errors().forEach(problem -> known.add(withoutPlace(problem)));
    List<CellProblem> added =
        change.applyTo(now).errors().stream()
            .map(CellFiles::withoutPlace)
            .filter(problem -> !known.contains(problem))
            .toList();
    if (!added.isEmpty()) {
      throw new CellRuleException(added);
    }
  }

  /** Drops line and column, which differ between the old document and the new. */
  private static CellProblem withoutPlace(CellProblem problem) {
    return new CellProblem(
        problem.severity(),
        problem.file(),
        problem.pointer(),
        0,
        0,
        problem.found(),
        problem.expected());
  }
}
