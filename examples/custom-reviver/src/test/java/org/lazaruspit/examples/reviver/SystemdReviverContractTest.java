package org.lazaruspit.examples.reviver;

import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.lazaruspit.pit.contract.ReviverContract;
import org.lazaruspit.pit.spi.Reviver;
import org.lazaruspit.pit.spi.RunningAgent;
import org.lazaruspit.pit.spi.StartOrder;

/** Contract of revivers, with {@link SystemdReviver}. */
final class SystemdReviverContractTest extends ReviverContract {

  @TempDir Path home;
  private Units units;

  @BeforeEach
  void units() throws Exception {
    units = new Units(home);
  }

  @Override
  protected Reviver newReviver() {
    return units.reviver();
  }

  @Override
  protected StartOrder order(long incarnation) {
    return units.order(incarnation);
  }

  @Override
  protected Optional<StartOrder> impossibleOrder() throws Exception {
    units.template("ExecStart=" + home.resolve("no-such-program"));
    return Optional.of(units.order(1));
  }

  @Override
  protected void kill(RunningAgent running) throws Exception {
    units.kill();
  }
}
