package org.lazaruspit.pit.internal.isolation;

/**
 * A user of this machine.
 *
 * @param name what it is called, or its number where it has no name
 * @param uid its number
 * @param gid its primary group's number
 * @param home its home directory
 */
record UserAccount(String name, long uid, long gid, String home) {

  boolean root() {
    return uid == 0;
  }

  boolean called(String nameOrNumber) {
    return name.equals(nameOrNumber) || Long.toString(uid).equals(nameOrNumber);
  }
}
