package org.lazaruspit.examples.pit.text;

import picocli.CommandLine;

/** Version of the program, as the build wrote it into the JAR. */
public final class Version implements CommandLine.IVersionProvider {

  public static String number() {
    String version = Version.class.getPackage().getImplementationVersion();
    return version == null ? "(not packaged)" : version;
  }

  @Override
  public String[] getVersion() {
    return new String[] {"lazarus-pit " + number()};
  }
}
