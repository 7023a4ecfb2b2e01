package org.lazaruspit.examples.pit;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import picocli.CommandLine;

/** What went wrong, as one line on standard error, and the exit status that goes with it. */
final class Complaint {

  static final int NO = 1;
  static final int WRONG_USE = 2;

  private Complaint() {}

  /** The command was understood and cannot be done. */
  static int no(Exception failure, CommandLine command) throws Exception {
    if (!(failure instanceof IOException
        || failure instanceof IllegalArgumentException
        || failure instanceof IllegalStateException)) {
      throw failure; // a fault of ours: its trace is what helps
    }
    command.getErr().println(command.getCommandName() + ": " + describe(failure));
    return NO;
  }

  /** The command was not understood. */
  static int wrongUse(CommandLine.ParameterException failure, CommandLine command) {
    command
        .getErr()
        .println(
            "%s: %s (see: %s --help)"
                .formatted(
                    command.getCommandName(),
                    failure.getMessage(),
                    command.getCommandSpec().qualifiedName()));
    return WRONG_USE;
  }

  /** Exceptions about files say no more than the file's name. */
  private static String describe(Exception failure) {
    String message = String.valueOf(failure.getMessage());
    if (failure instanceof NoSuchFileException) {
      return message + ": there is no such file";
    }
    if (failure instanceof FileAlreadyExistsException) {
      return message + ": is there already";
    }
    if (failure instanceof AccessDeniedException) {
      return message + ": permission denied";
    }
    return message.replace("\n", "; ");
  }
}
