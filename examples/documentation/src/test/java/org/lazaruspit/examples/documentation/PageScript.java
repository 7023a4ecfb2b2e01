package org.lazaruspit.examples.documentation;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.lazaruspit.examples.documentation.Page.Block;

/**
 * Commands of a page as one script, and their expected output.
 *
 * @param text the script, to run after {@code reader.sh}
 * @param claims the parts of the expected output of each block, in order
 */
record PageScript(String text, Map<String, List<String>> claims) {
  private static final String MARK = "@@ ";

  static PageScript of(Page page) {
    StringBuilder script = new StringBuilder();
    Map<String, List<String>> claims = new LinkedHashMap<>();
    for (Block block : page.blocks()) {
      String file = block.remarks().get("saved as");
      if (file != null) {
        script.append(saved(file, block));
      }
      if (block.isShell() && !block.remarks().containsKey("not run")) {
        script.append("echo; echo '").append(MARK).append(block.place()).append("'\n");
        script.append(block.remarks().getOrDefault("given", "")).append('\n');
        script.append(commands(block));
        String says = block.remarks().get("says");
        claims.put(block.place(), says == null ? List.of() : List.of(says.split(" \\.\\.\\. ")));
      }
    }
    return new PageScript(script.toString(), claims);
  }

  private static String saved(String file, Block block) {
    // Snippets are compiled against the daemon's JAR, which has no gateway.
    String needed = Programs.IMPORTS.replace("import org.lazaruspit.heartbeat.http.*; ", "");
    String imports = block.language().equals("java") ? needed : "";
    return "mkdir -p \"$(dirname %s)\"\ncat >%s <<'END_OF_BLOCK'\n%sEND_OF_BLOCK\n"
        .formatted(file, file, imports + block.text());
  }

  /** Returns the commands of a block; a last command that goes on runs in another terminal. */
  private static String commands(Block block) {
    String text = block.remarks().get("goes on");
    if (text == null) {
      return block.text();
    }
    List<String> lines = new ArrayList<>(block.lines());
    int last = lines.size() - 1;
    while (last > 0 && lines.get(last - 1).endsWith("\\")) {
      last--;
    }
    String command = String.join("\n", lines.subList(last, lines.size()));
    return String.join("\n", lines.subList(0, last))
        + "\nbeside %s eval %s\n".formatted(quoted(text), quoted(command));
  }

  private static String quoted(String text) {
    return "'" + text.replace("'", "'\\''") + "'";
  }

  /** Returns the claims that the output does not meet. */
  List<String> unmetClaims(String all) {
    List<String> unmet = new ArrayList<>();
    claims.forEach(
        (place, parts) -> {
          int begin = all.indexOf(MARK + place + "\n");
          int end = all.indexOf("\n" + MARK, begin + 1);
          String output = begin < 0 ? "" : all.substring(begin, end < 0 ? all.length() : end);
          if (begin < 0) {
            unmet.add(place + ": not run");
          }
          int at = 0;
          for (String part : parts) {
            int found = output.indexOf(part, at);
            if (found < 0) {
              unmet.add(place + ": not in the output: " + part);
              return;
            }
            at = found + part.length();
          }
        });
    return unmet;
  }
}
