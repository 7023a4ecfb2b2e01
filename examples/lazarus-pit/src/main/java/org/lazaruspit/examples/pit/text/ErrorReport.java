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

/** Reports an error as one line on standard error, with its exit status. */
public final class ErrorReport {

  public static final int NO = 1;
  static final int WRONG_USE = 2;

  private ErrorReport() {}

  /** Reports that a command failed or was refused. */
  public static int no(Exception failure, CommandLine command) throws Exception {
    Exception cause = failure instanceof UncheckedIOException io ? io.getCause() : failure;
    if (!(cause instanceof IOException
        || cause instanceof IllegalArgumentException
        || cause instanceof IllegalStateException)) {
      throw failure; // a bug: keeps its stack trace
    }
    print(command, describe(cause));
    return NO;
  }

  /** Reports wrong use of a command. */
  public static int wrongUse(CommandLine.ParameterException failure, CommandLine command) {
    String help = "see: " + command.getCommandSpec().qualifiedName() + " --help";
    print(command, "%s (%s%s)".formatted(failure.getMessage(), suggestion(failure), help));
    return WRONG_USE;
  }

  private static void print(CommandLine command, String message) {
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

  /** Returns the message; adds the reason where an exception has only the name of a file. */
  static String describe(Exception failure) {
    String message = String.valueOf(failure.getMessage());
    return failure instanceof FileSystemException about && about.getReason() == null
        ? message + ": " + reason(about)
        : message;
  }

  private static String reason(FileSystemException about) {
    if (about instanceof NoSuchFileException) {
      return "there is no such file";
    }
    if (about instanceof FileAlreadyExistsException) {
      return "already exists";
    }
    if (about instanceof AccessDeniedException) {
      return "permission denied";
    }
    if (about instanceof NotDirectoryException) {
      return "is not a directory";
    }
    return about instanceof FileSystemLoopException ? "a loop of links" : "cannot be used";
  }
}
