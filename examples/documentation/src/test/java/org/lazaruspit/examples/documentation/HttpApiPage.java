package org.lazaruspit.examples.documentation;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;

/** Generates {@code docs/http-api.md} from {@code docs/http-api.yaml}. */
final class HttpApiPage {
  private static final List<String> METHODS = List.of("get", "put", "post", "delete");

  private final JsonNode api;
  private final StringBuilder page = new StringBuilder();
  private final Map<String, String> refused = new TreeMap<>();

  private HttpApiPage(JsonNode api) {
    this.api = api;
  }

  static String of(JsonNode api) {
    HttpApiPage page = new HttpApiPage(api);
    page.write();
    return page.page.toString();
  }

  private void write() {
    line("# The HTTP interface of a gateway");
    line("");
    line(
        "This page is made from [http-api.yaml](http-api.yaml) (OpenAPI 3.1) by `.ci/docs`: change"
            + " that file.");
    line("");
    line(text(api.at("/info/description")));
    line("");
    line("| request | what it is for |");
    line("|---|---|");
    operations(
        (name, operation, path) ->
            line(
                "| [`%s`](#%s) | %s |"
                    .formatted(name, anchor(name), text(operation.path("summary")))));
    operations(this::operation);
    refusals();
    line("");
    line("## Bodies");
    for (Map.Entry<String, JsonNode> schema : api.at("/components/schemas").properties()) {
      schema(schema.getKey(), schema.getValue());
    }
  }

  private void refusals() {
    line("");
    line("## Refusals");
    line("");
    line("Their body is a [Problem](#problem) as `application/problem+json`.");
    line("");
    line("| status | when |");
    line("|---|---|");
    refused.forEach((status, when) -> line("| %s | %s |".formatted(status, when)));
  }

  /** Action on each operation. */
  private interface Action {
    void on(String name, JsonNode operation, JsonNode path);
  }

  private void operations(Action action) {
    for (Map.Entry<String, JsonNode> path : api.path("paths").properties()) {
      for (String method : METHODS) {
        if (path.getValue().has(method)) {
          String name = method.toUpperCase(Locale.ROOT) + " " + path.getKey();
          action.on(name, path.getValue().path(method), path.getValue());
        }
      }
    }
  }

  private void operation(String name, JsonNode operation, JsonNode path) {
    line("");
    line("## `" + name + "`");
    line("");
    line(text(operation.path("summary")));
    if (operation.has("description")) {
      line("");
      line(text(operation.path("description")));
    }
    parameters(operation, path);
    JsonNode body = operation.path("requestBody");
    if (!body.isMissingNode()) {
      line("");
      line(
          "Body%s: %s."
              .formatted(
                  body.path("required").asBoolean() ? "" : ", which may be empty", content(body)));
    }
    line("");
    line("| status | when | body |");
    line("|---|---|---|");
    List<String> refusals = new ArrayList<>();
    for (Map.Entry<String, JsonNode> response : operation.path("responses").properties()) {
      String status = response.getKey();
      if (response.getValue().has("$ref")) {
        refusals.add(status);
        refused.putIfAbsent(status, text(resolve(response.getValue()).path("description")));
      } else {
        JsonNode answer = response.getValue();
        line(
            "| %s | %s | %s |"
                .formatted(status, text(answer.path("description")), content(answer)));
      }
    }
    if (!refusals.isEmpty()) {
      line("");
      line("[Refused](#refusals) with %s.".formatted(String.join(", ", refusals)));
    }
  }

  private void parameters(JsonNode operation, JsonNode path) {
    List<JsonNode> all = new ArrayList<>();
    path.path("parameters").forEach(all::add);
    operation.path("parameters").forEach(all::add);
    if (all.isEmpty()) {
      return;
    }
    line("");
    line("| parameter | where | what it is |");
    line("|---|---|---|");
    for (JsonNode one : all) {
      JsonNode parameter = resolve(one);
      String description = text(parameter.path("description"));
      line(
          "| `%s` | %s | %s%s |"
              .formatted(
                  text(parameter.path("name")),
                  text(parameter.path("in")),
                  type(parameter.path("schema")),
                  description.isEmpty() ? "" : ": " + description));
    }
  }

  private String content(JsonNode holder) {
    List<String> kinds = new ArrayList<>();
    for (Map.Entry<String, JsonNode> kind : holder.path("content").properties()) {
      kinds.add("%s as `%s`".formatted(type(kind.getValue().path("schema")), kind.getKey()));
    }
    return kinds.isEmpty() ? "none" : String.join(", ", kinds);
  }

  private void schema(String name, JsonNode schema) {
    line("");
    line("### " + name);
    line("");
    if (schema.has("description")) {
      line(text(schema.path("description")));
      line("");
    }
    if (!schema.has("properties")) {
      line(sentence(type(schema)) + ".");
      return;
    }
    line("| field | type | |");
    line("|---|---|---|");
    List<String> required = new ArrayList<>();
    schema.path("required").forEach(one -> required.add(one.asString()));
    for (Map.Entry<String, JsonNode> field : schema.path("properties").properties()) {
      String always = required.contains(field.getKey()) ? "always there. " : "";
      String description = text(field.getValue().path("description"));
      line(
          "| `%s` | %s | %s |"
              .formatted(field.getKey(), type(field.getValue()), (always + description).strip()));
    }
  }

  private String type(JsonNode schema) {
    if (schema.has("$ref")) {
      String name = schema.path("$ref").asString().replaceFirst(".*/", "");
      return "[%s](#%s)".formatted(name, anchor(name));
    }
    if (schema.has("enum")) {
      return "one of " + join(schema.path("enum"), ", ");
    }
    if (schema.has("const")) {
      return "`" + schema.path("const").asString() + "`";
    }
    if (schema.has("oneOf")) {
      List<String> ways = new ArrayList<>();
      schema.path("oneOf").forEach(way -> ways.add(type(way)));
      return String.join(" or ", ways);
    }
    String type =
        schema.path("type").isArray()
            ? join(schema.path("type"), " or ").replace("`", "")
            : text(schema.path("type"));
    if (schema.path("additionalProperties").isObject()) {
      type += " from key to " + type(schema.path("additionalProperties"));
    }
    return type + limits(schema);
  }

  private static String limits(JsonNode schema) {
    List<String> limits = new ArrayList<>();
    if (schema.has("pattern")) {
      limits.add("`" + schema.path("pattern").asString() + "`");
    }
    if (schema.has("format")) {
      limits.add(schema.path("format").asString());
    }
    if (schema.has("minimum")) {
      limits.add("at least " + schema.path("minimum").asString());
    }
    if (schema.has("maximum")) {
      limits.add("at most " + schema.path("maximum").asString());
    }
    if (schema.has("maxLength")) {
      limits.add("at most %s characters".formatted(schema.path("maxLength").asString()));
    }
    return limits.isEmpty() ? "" : " (" + String.join(", ", limits) + ")";
  }

  private static String join(JsonNode values, String between) {
    List<String> all = new ArrayList<>();
    values.forEach(value -> all.add("`" + value.asString() + "`"));
    return String.join(between, all);
  }

  private JsonNode resolve(JsonNode node) {
    return node.has("$ref") ? api.at(node.path("$ref").asString().substring(1)) : node;
  }

  private static String anchor(String name) {
    return name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9 _-]", "").replace(' ', '-');
  }

  private static String sentence(String text) {
    return text.substring(0, 1).toUpperCase(Locale.ROOT) + text.substring(1);
  }

  private static String text(JsonNode node) {
    return node.asString("").strip();
  }

  private void line(String text) {
    page.append(text).append('\n');
  }
}
