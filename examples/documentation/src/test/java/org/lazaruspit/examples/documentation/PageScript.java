package org.lazaruspit.examples.documentation;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.lazaruspit.examples.documentation.Page.Block;

/**
 * The commands of a page as one script, in the order in which a reader comes upon them, and what
 * the page says that they say.
 *
 * @param text the script, to be run behind {@code reader.sh}
 * @param claims by block, the parts that its output has to have, in this order
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
    // The daemon's JAR, which it is compiled with, has no gateway in it.
    String needed = Programs.IMPORTS.replace("import org.lazaruspit.heartbeat.http.*; ", "");
    String imports = block.language().equals("java") ? needed : "";
    return "mkdir -p \"$(dirname %s)\"\ncat >%s <<'END_OF_BLOCK'\n%sEND_OF_BLOCK\n"
        .formatted(file, file, imports + block.text());
  }

  /** Where the last one goes on, it does so in another terminal. */
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

  /** The claims that what was said does not bear out. */
  List<String> unfounded(String said) {
    List<String> unfounded = new ArrayList<>();
    claims.forEach(
        (place, parts) -> {
          int begin = said.indexOf(MARK + place + "\n");
          int end = said.indexOf("\n" + MARK, begin + 1);
          String output = begin < 0 ? "" : said.substring(begin, end < 0 ? said.length() : end);
          if (begin < 0) {
            unfounded.add(place + ": was not run");
          }
          int at = 0;
          for (String part : parts) {
            int found = output.indexOf(part, at);
            if (found < 0) {
              unfounded.add(place + ": does not say: " + part);
              return;
            }
            at = found + part.length();
          }
        });
    return unfounded;
  }
}
