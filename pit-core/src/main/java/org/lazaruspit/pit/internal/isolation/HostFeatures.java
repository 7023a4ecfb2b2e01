package org.lazaruspit.pit.internal.isolation;

import java.util.Optional;
import java.util.OptionalLong;

/** What the machine at hand can give; the rules ask this and nothing else. */
interface HostFeatures {

  /** Why the machine does not give it; empty where it does. */
  Optional<String> missing(IsolationFeature ability);

  /** As whom the pit itself runs. */
  UserAccount pit();

  /** A user by name or number; empty where there is none. */
  Optional<UserAccount> account(String nameOrNumber);

  /** A group's number by its name or number; empty where there is none. */
  OptionalLong group(String nameOrNumber);
}
