package org.lazaruspit.heartbeat.http;

import java.io.Serial;

/** Ends the handling of a request with a problem as its answer. */
final class ProblemException extends Exception {

  @Serial private static final long serialVersionUID = 1L;

  private final transient Problem problem;

  private ProblemException(Problem problem) {
    // No stack trace: a refusal is an answer, and hostile clients may cause many of them.
    super(problem.detail(), null, false, false);
    this.problem = problem;
  }

  static ProblemException of(String type, String detail) {
    return new ProblemException(Problem.of(type, detail));
  }

  Problem problem() {
    return problem;
  }
}
