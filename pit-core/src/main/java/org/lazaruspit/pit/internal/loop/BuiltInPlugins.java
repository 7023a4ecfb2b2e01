package org.lazaruspit.pit.internal.loop;

import java.util.Set;
import org.lazaruspit.pit.internal.cell.FileLockOwnership;
import org.lazaruspit.pit.internal.command.CommandReviver;
import org.lazaruspit.pit.internal.probe.FileHeartbeatProbe;
import org.lazaruspit.pit.internal.probe.GatewayProbe;
import org.lazaruspit.pit.internal.probe.RegistryProbe;
import org.lazaruspit.pit.internal.process.ProcessReviver;

/** Plug-ins of this library. */
public final class BuiltInPlugins {

  /** Types that win over other plug-ins of the same name, and are called without a time limit. */
  public static final Set<Class<?>> TYPES =
      Set.of(
          FileLockOwnership.class,
          GatewayProbe.class,
          RegistryProbe.class,
          FileHeartbeatProbe.class,
          CommandReviver.class,
          ProcessReviver.class);

  private BuiltInPlugins() {}
}
