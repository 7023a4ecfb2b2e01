package org.lazaruspit.examples.pit.text;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.List;
import java.util.stream.Collectors;
import picocli.CommandLine;

/** What went wrong, as one line on standard error, and the exit status that goes with it. */
public final class ErrorReport {

  public static final int NO = 1;
  static final int WRONG_USE = 2;

  private ErrorReport() {}

  /** The command was understood and cannot be done. */
  public static int no(Exception failure, CommandLine command) throws Exception {
    Exception cause = failure instanceof UncheckedIOException io ? io.getCause() : failure;
    if (!(cause instanceof IOException
        || cause instanceof IllegalArgumentException
        || cause instanceof IllegalStateException)) {
      throw failure; // a fault of ours: its trace is what helps
    }
    tell(command, describe(cause));
    return NO;
  }

  /** The command was not understood. */
  public static int wrongUse(CommandLine.ParameterException failure, CommandLine command) {
    String help = "see: " + command.getCommandSpec().qualifiedName() + " --help";
    tell(command, "%s (%s%s)".formatted(failure.getMessage(), suggestion(failure), help));
    return WRONG_USE;
  }

  private static void tell(CommandLine command, String message) {
    String line = command.getCommandSpec().qualifiedName() + ": " + message;
    command.getErr().println(PlainText.of(oneLine(line)));
    command.getErr().flush();
  }

  private static String oneLine(String text) {
    return text.lines()
        .map(String::strip)
        .filter(s -> !s.isEmpty())
        .collect(Collectors.joining("; "));
  }

  private static String suggestion(CommandLine.ParameterException failure) {
    List<String> near =
        failure instanceof CommandLine.UnmatchedArgumentException unmatched
            ? unmatched.getSuggestions()
            : List.of();
    return near.isEmpty() ? "" : "did you mean " + String.join(" or ", near) + "? ";
  }

  /** Exceptions about files say no more than the file's name. */
  static String describe(Exception failure) {
    String message = String.valueOf(failure.getMessage());
    return failure instanceof FileSystemException about && about.getReason() == null
        ? message + ": " + what(about)
        : message;
  }

  private static String what(FileSystemException about) {
    if (about instanceof NoSuchFileException) {
      return "there is no such file";
    }
    if (about instanceof FileAlreadyExistsException) {
      return "is there already";
    }
    if (about instanceof AccessDeniedException) {
      return "permission denied";
    }
    if (about instanceof NotDirectoryException) {
      return "is not a directory";
    }
    return about instanceof FileSystemLoopException ? "links in a circle" : "cannot be used";
  }
}
