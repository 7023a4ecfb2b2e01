package org.lazaruspit.pit.internal.isolation;

import java.util.Optional;
import java.util.OptionalLong;

/** Features of a machine, as far as isolation depends on them. */
interface HostFeatures {

  /** Returns why a feature is missing; empty if it is present. */
  Optional<String> missing(IsolationFeature feature);

  /** Returns the user that the pit runs as. */
  UserAccount pit();

  /** Returns a user by name or number; empty if unknown. */
  Optional<UserAccount> account(String nameOrNumber);

  /** Returns the number of a group by its name or number; empty if unknown. */
  OptionalLong group(String nameOrNumber);
}
