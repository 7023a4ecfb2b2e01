package org.lazaruspit.cell.internal.json;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.lazaruspit.cell.CellLimits;

/**
 * Reads and writes one kind of file.
 *
 * @param idField the field that must equal the file's name, or empty for a file with a fixed name
 * @param decode from fields to content, valid only if the findings have no error
 * @param encode from content to all of its fields, defaults included
 */
public record DocumentCodec<T>(
    String idField, Function<FieldReader, T> decode, Function<T, Json.Obj> encode) {

  /** Decodes a file that is named for an identifier; returns null if the findings have an error. */
  public @Nullable T decode(String id, Json.Obj object, Findings findings, CellLimits limits) {
    FieldReader fields = new FieldReader(object, "", findings, limits);
    T content = decode.apply(fields);
    if (!idField.isEmpty()) {
      fields.mustEqual(idField, id);
    }
    return findings.failed() ? null : content;
  }

  /**
   * Returns the original object with the new content; unknown fields, unchanged fields and the
   * order of fields are kept.
   */
  public Json.Obj replace(Json.Obj original, T before, T after) {
    return merge(original, encode.apply(before), encode.apply(after));
  }

  private static Json.Obj merge(Json.Obj original, Json.Obj before, Json.Obj after) {
    Json.Obj result = new Json.Obj(new LinkedHashMap<>(original.fields()));
    for (Map.Entry<String, Json> field : after.fields().entrySet()) {
      String name = field.getKey();
      Json old = before.get(name);
      if (!field.getValue().equals(old)) {
        result.put(name, merged(original.get(name), old, field.getValue()));
      }
    }
    List<String> gone =
        before.fields().keySet().stream().filter(name -> after.get(name) == null).toList();
    result.fields().keySet().removeAll(gone);
    return result;
  }

  private static Json merged(@Nullable Json original, @Nullable Json before, Json after) {
    if (original instanceof Json.Obj there && after instanceof Json.Obj now) {
      return merge(there, before instanceof Json.Obj then ? then : new Json.Obj(), now);
    }
    return after;
  }
}
