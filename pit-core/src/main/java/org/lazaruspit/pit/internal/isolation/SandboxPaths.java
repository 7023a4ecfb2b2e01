package org.lazaruspit.pit.internal.isolation;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Optional;
import org.lazaruspit.cell.CellPaths;
import org.lazaruspit.pit.internal.os.SafeDirectories;
import org.lazaruspit.pit.spi.Launcher;
import org.lazaruspit.pit.spi.StartOrder;

/**
 * Real paths for the sandbox of an agent: mounts follow no links.
 *
 * @param missionsRoot the folder of all cells, hidden except for the agent's own
 * @param cell the agent's cell, readable
 * @param checkpoint the agent's own folder, writable
 * @param artifacts the cell's artifacts, writable
 * @param state the pit's state directory, hidden
 * @param workingDirectory the directory of the start
 * @param token the agent's token in the state directory, readable; empty without a token
 */
record SandboxPaths(
    Path missionsRoot,
    Path cell,
    Path checkpoint,
    Path artifacts,
    Path state,
    Path workingDirectory,
    Optional<Path> token) {

  /** Resolves the paths, and creates the writable folders. */
  static SandboxPaths of(StartOrder order, Launcher.Command command, Path state)
      throws IOException {
    Path cell = order.cellDirectory().toRealPath();
    CellPaths paths = CellPaths.of(cell);
    return new SandboxPaths(
        requireHideable("missions_path", order.missionsRoot().toRealPath()),
        cell,
        ensureOwn(cell, paths.checkpoint(order.agent().agentId())),
        ensureOwn(cell, paths.artifacts()),
        requireHideable("state_directory", state),
        command.workingDirectory().map(Path::of).orElse(order.cellDirectory()).toAbsolutePath(),
        token(order));
  }

  private static Optional<Path> token(StartOrder order) throws IOException {
    return order.tokenFile().isEmpty()
        ? Optional.empty()
        : Optional.of(order.tokenFile().get().toRealPath());
  }

  private static Path requireHideable(String what, Path directory) throws IOException {
    if (directory.getNameCount() == 0) {
      throw new IOException(what + " is " + directory + ", which cannot be hidden from agents");
    }
    return directory;
  }

  /** Refuses a link in its place or above: the sandbox would make the target writable. */
  private static Path ensureOwn(Path cell, Path folder) throws IOException {
    Path current = cell;
    for (Path name : cell.relativize(folder)) {
      current = current.resolve(name);
      SafeDirectories.ensureAround(current.resolve("any"));
    }
    return folder;
  }

  /** Gives the writable folders and the token to the user of the agent. */
  void changeOwner(UserAccount account) throws IOException {
    for (Path folder : new Path[] {checkpoint, artifacts}) {
      Files.setAttribute(folder, "unix:uid", (int) account.uid(), LinkOption.NOFOLLOW_LINKS);
    }
    if (token.isPresent()) {
      Files.setAttribute(token.get(), "unix:uid", (int) account.uid(), LinkOption.NOFOLLOW_LINKS);
    }
  }
}
