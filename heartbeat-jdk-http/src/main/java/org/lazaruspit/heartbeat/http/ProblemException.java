package org.lazaruspit.heartbeat.http;

import java.io.Serial;

/** Ends the handling of a request with a problem as its answer. Has no stack trace. Immutable. */
public final class ProblemException extends Exception {

  @Serial private static final long serialVersionUID = 1L;

  private final transient Problem problem;

  private ProblemException(Problem problem) {
    // No stack trace: a refusal is an answer, and hostile clients may cause many of them.
    super(problem.detail(), null, false, false);
    this.problem = problem;
  }

  /**
   * Returns an exception with a problem of a gateway.
   *
   * @param type a constant of {@link Problem}
   * @param detail the fault of this very request, for people
   * @return the exception, with the detail as its message
   * @throws IllegalArgumentException if the type is unknown
   */
  public static ProblemException of(String type, String detail) {
    return new ProblemException(Problem.of(type, detail));
  }

  /**
   * Returns the problem to answer with.
   *
   * @return the problem
   */
  public Problem problem() {
    return problem;
  }
}
