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
 * The folders that an isolated agent has to do with, by their real names: mounts follow no links.
 *
 * @param missionsRoot where all cells are, hidden but for the agent's own
 * @param cell the agent's cell, which it may read
 * @param checkpoint the agent's own folder, which it may write
 * @param artifacts the cell's artifacts, which it may write
 * @param state the pit's own directory, hidden
 * @param work where the agent starts
 * @param token the agent's own token, which it may read though it lies in the pit's directory;
 *     empty where it has none
 */
record SandboxPaths(
    Path missionsRoot,
    Path cell,
    Path checkpoint,
    Path artifacts,
    Path state,
    Path work,
    Optional<Path> token) {

  /** Finds them, and makes the two that the agent may write where there are none. */
  static SandboxPaths of(StartOrder order, Launcher.Command command, Path state)
      throws IOException {
    Path cell = order.cellDirectory().toRealPath();
    CellPaths paths = CellPaths.of(cell);
    return new SandboxPaths(
        hideable("missions_path", order.missionsRoot().toRealPath()),
        cell,
        own(cell, paths.checkpoint(order.agent().agentId())),
        own(cell, paths.artifacts()),
        hideable("state_directory", state),
        command.workingDirectory().map(Path::of).orElse(order.cellDirectory()).toAbsolutePath(),
        token(order));
  }

  private static Optional<Path> token(StartOrder order) throws IOException {
    return order.tokenFile().isEmpty()
        ? Optional.empty()
        : Optional.of(order.tokenFile().get().toRealPath());
  }

  private static Path hideable(String what, Path directory) throws IOException {
    if (directory.getNameCount() == 0) {
      throw new IOException(what + " is " + directory + ", which cannot be hidden from agents");
    }
    return directory;
  }

  /** A link planted in its place, or above it, would open up whatever it points at. */
  private static Path own(Path cell, Path folder) throws IOException {
    Path place = cell;
    for (Path name : cell.relativize(folder)) {
      place = place.resolve(name);
      SafeDirectories.ensureAround(place.resolve("any"));
    }
    return folder;
  }

  /** An agent that runs as somebody else could not write its folders if the pit kept them. */
  void handTo(UserAccount account) throws IOException {
    for (Path folder : new Path[] {checkpoint, artifacts}) {
      Files.setAttribute(folder, "unix:uid", (int) account.uid(), LinkOption.NOFOLLOW_LINKS);
    }
    if (token.isPresent()) {
      Files.setAttribute(token.get(), "unix:uid", (int) account.uid(), LinkOption.NOFOLLOW_LINKS);
    }
  }
}
