package org.lazaruspit.pit.internal.isolation;

/**
 * User of a machine.
 *
 * @param name its name, or its number if it has no name
 * @param uid its number
 * @param gid its primary group's number
 * @param home its home directory
 */
record UserAccount(String name, long uid, long gid, String home) {

  boolean isRoot() {
    return uid == 0;
  }

  boolean isNamed(String nameOrNumber) {
    return name.equals(nameOrNumber) || Long.toString(uid).equals(nameOrNumber);
  }
}
