package org.lazaruspit.examples.mcp;

import java.util.Map;

/** Implementation of one tool. */
@FunctionalInterface
interface Tool {

  /**
   * Runs the tool.
   *
   * @param arguments valid by the tool's input schema
   * @return a result that is valid by the tool's output schema
   * @throws ToolException if the tool refuses the call
   * @throws java.io.IOException if a file or another program cannot be used
   */
  Map<String, Object> call(Arguments arguments) throws Exception;
}
