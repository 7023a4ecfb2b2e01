/** The pit: judges, revives, and keeps the journal of every revival. */
module org.lazaruspit.pit {
  requires static transitive com.google.errorprone.annotations;
  requires static transitive org.jspecify;
  requires transitive org.lazaruspit.cell;
  requires transitive org.lazaruspit.heartbeat;
  requires java.net.http;
  requires org.slf4j;
  requires tools.jackson.core;
  requires tools.jackson.databind;

  exports org.lazaruspit.pit;
  exports org.lazaruspit.pit.spi;

  uses org.lazaruspit.pit.spi.CellOwnership;
  uses org.lazaruspit.pit.spi.HealthProbe;
  uses org.lazaruspit.pit.spi.Reviver;

  provides org.lazaruspit.pit.spi.CellOwnership with
      org.lazaruspit.pit.internal.cell.FileLockOwnership;
  provides org.lazaruspit.pit.spi.HealthProbe with
      org.lazaruspit.pit.internal.probe.GatewayProbe;
  provides org.lazaruspit.pit.spi.Reviver with
      org.lazaruspit.pit.internal.command.CommandReviver,
      org.lazaruspit.pit.internal.process.ProcessReviver;
}
