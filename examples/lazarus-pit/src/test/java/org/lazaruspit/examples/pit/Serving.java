package org.lazaruspit.examples.pit;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Predicate;
import org.lazaruspit.examples.pit.control.ControlServer;
import org.lazaruspit.examples.pit.control.CurrentPit;
import org.lazaruspit.examples.pit.control.OrderRoutes;
import org.lazaruspit.examples.pit.control.Route;
import org.lazaruspit.examples.pit.control.Routes;
import org.lazaruspit.examples.pit.control.StateDirectory;
import org.lazaruspit.examples.pit.service.PitFactory;
import org.lazaruspit.pit.LazarusPit;
import org.lazaruspit.pit.PitConfig;
import org.lazaruspit.pit.PitListener;
import org.lazaruspit.pit.PitReport;
import org.lazaruspit.pit.Revival;
import org.lazaruspit.pit.RevivalStatus;

/** Control interface over a pit, with a listener for tests. */
public final class Serving implements AutoCloseable {

  private final BlockingQueue<Revival> revivals = new LinkedBlockingQueue<>();
  private final BlockingQueue<PitReport> reports = new LinkedBlockingQueue<>();
  private final StateDirectory state;
  private final LazarusPit pit;
  private final List<Route> routes;
  private final ControlServer control;

  private Serving(PitConfig config) throws IOException {
    state = StateDirectory.take(config.stateDirectory());
    CurrentPit.Work work = new PitFactory(false, List.of(listener())).make(config);
    pit = work.pit();
    Instant now = Instant.now();
    CurrentPit current = new CurrentPit(now, false, work);
    routes = OrderRoutes.of(current);
    control = ControlServer.open(config.control(), state.token(), Routes.of(current));
    pit.start();
    control.start();
    state.announce(now, control.uri());
  }

  public static Serving start(Path config) throws IOException {
    return new Serving(PitConfig.load(config));
  }

  private PitListener listener() {
    return new PitListener() {
      @Override
      public void revivalChanged(Revival revival) {
        revivals.add(revival);
      }

      @Override
      public void roundEnded(PitReport report) {
        reports.add(report);
      }
    };
  }

  public List<Route> routes() {
    return routes;
  }

  public URI url() {
    return control.uri();
  }

  public String token() {
    return state.token();
  }

  public LazarusPit pit() {
    return pit;
  }

  /** Waits until a revival of an agent has a status. */
  Revival await(String agentId, RevivalStatus status) throws InterruptedException {
    return await(revivals, r -> r.agent().agentId().equals(agentId) && r.status() == status);
  }

  /** Waits for a round with a matching report. */
  public PitReport awaitReport(Predicate<PitReport> wanted) throws InterruptedException {
    pit.wakeUp();
    return await(reports, wanted);
  }

  private static <T> T await(BlockingQueue<T> queue, Predicate<T> wanted)
      throws InterruptedException {
    T next = queue.take();
    while (!wanted.test(next)) {
      next = queue.take();
    }
    return next;
  }

  @Override
  public void close() throws IOException {
    control.close();
    pit.close();
    state.close();
  }
}
