package org.lazaruspit.examples.pit;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.UUID;
import org.lazaruspit.cell.MissionCell;
import org.lazaruspit.cell.MissionStore;
import org.lazaruspit.cell.NewCell;
import org.lazaruspit.examples.pit.service.Daemon;
import org.lazaruspit.examples.pit.text.Json;
import org.lazaruspit.pit.PitConfig;

/**
 * Fleet for tests of the page: missions and agents on disk, a scripted gateway, and a real daemon.
 * Started agents run as long as the folder exists.
 */
public final class Stage implements AutoCloseable {

  private final Path folder;
  final StageGateway gateway = new StageGateway();
  private Daemon daemon;
  private int port;

  public Stage(Path folder) throws IOException {
    this.folder = folder;
    Files.createDirectories(folder.resolve("root"));
    Files.createFile(folder.resolve("play"));
  }

  /** Creates a mission whose revivals need approval. */
  public UUID mission(String name) throws IOException {
    MissionCell cell =
        MissionStore.open(folder.resolve("root"))
            .create(NewCell.builder(name).timeout(Duration.ofDays(9000)).build());
    return cell.id();
  }

  /** Writes the files of agents directly: the library is too slow for thousands. */
  public void agent(UUID cell, String id, String name) throws IOException {
    Path file =
        folder.resolve("root").resolve(cell.toString()).resolve("agents").resolve(id + ".json");
    Files.write(
        file,
        Json.bytes(
            Json.object()
                .put("agent_id", id)
                .put("name", name)
                .put("role", "write")
                .put("status", "active")
                .put("gateway", "stage")));
    gateway.add(id);
  }

  /** Starts the daemon, on the same port as before. */
  public Daemon start() throws IOException {
    Path config = folder.resolve("config.json");
    Files.write(
        config,
        Json.bytes(
            Json.parse(
                """
                {"missions_path": "%s", "poll_interval": 1, "auto_revive": false,
                 "gateways": [{"name": "stage", "url": "%s"}], "control": {"port": %d},
                 "launchers": {"default": {"command":
                   ["sh", "-c", "while [ -e '%s' ]; do sleep 0.2; done"]}}}
                """
                    .formatted(folder.resolve("root"), gateway.url(), port, folder.resolve("play"))
                    .getBytes(java.nio.charset.StandardCharsets.UTF_8))));
    daemon = Daemon.start(PitConfig.load(config), false);
    port = daemon.url().getPort();
    return daemon;
  }

  Daemon daemon() {
    return daemon;
  }

  void stopDaemon() throws IOException {
    daemon.close();
  }

  public String token() throws IOException {
    return Files.readString(folder.resolve("token")).strip();
  }

  /** Returns the address of the page with the token. */
  String page() throws IOException {
    URI url = daemon.url();
    return url + "/#token=" + token();
  }

  @Override
  public void close() throws IOException {
    Files.deleteIfExists(folder.resolve("play"));
    if (daemon != null) {
      daemon.close();
    }
    gateway.close();
  }
}
