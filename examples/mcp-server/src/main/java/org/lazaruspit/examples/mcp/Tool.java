package org.lazaruspit.examples.mcp;

import java.util.Map;

/** One tool: what it does with arguments that fit its schema. */
@FunctionalInterface
interface Tool {

  /**
   * Does it.
   *
   * @return what fits the tool's output schema
   * @throws ToolException if the answer is no
   * @throws java.io.IOException if a file or another program is in the way
   */
  Map<String, Object> call(Arguments arguments) throws Exception;
}
