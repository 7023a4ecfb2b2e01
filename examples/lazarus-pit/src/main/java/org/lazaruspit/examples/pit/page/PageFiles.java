package org.lazaruspit.examples.pit.page;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import org.lazaruspit.examples.pit.control.Response;
import org.lazaruspit.examples.pit.control.Route;

/** Files of the page. They hold no secrets, so they need no token. */
final class PageFiles {

  private static final String INDEX = "index.html";

  /** The only files that are served. */
  private static final List<String> NAMES =
      List.of(
          INDEX,
          "icon.svg",
          "page.css",
          "api.js",
          "details.js",
          "dom.js",
          "grid.js",
          "main.js",
          "model.js",
          "orders.js",
          "rows.js",
          "stream.js",
          "timeline.js",
          "words.js");

  /**
   * Allows scripts, styles, images and requests of this daemon alone, no markup from agents, and no
   * frame around the page.
   */
  static final String POLICY =
      String.join(
          "; ",
          "default-src 'none'",
          "script-src 'self'",
          "style-src 'self'",
          "img-src 'self'",
          "connect-src 'self'",
          "base-uri 'none'",
          "form-action 'none'",
          "frame-ancestors 'none'",
          "require-trusted-types-for 'script'",
          "trusted-types 'none'");

  private final Map<String, Response> files = new HashMap<>();

  PageFiles() {
    NAMES.forEach(name -> files.put(name, answer(name)));
  }

  List<Route> routes() {
    return List.of(
        Route.open("/", request -> file(INDEX)),
        Route.open("/page/{file}", request -> file(request.variable("file"))));
  }

  private Response file(String name) {
    Response file = files.get(name);
    if (file == null) {
      throw new NoSuchElementException("the page has no such file");
    }
    return file;
  }

  private static Response answer(String name) {
    return Response.of(200, type(name), read(name))
        .with("Content-Security-Policy", POLICY)
        .with("Referrer-Policy", "no-referrer")
        .with("X-Frame-Options", "DENY")
        .with("Cross-Origin-Opener-Policy", "same-origin")
        .with("Cross-Origin-Resource-Policy", "same-origin")
        .with("Permissions-Policy", "camera=(), geolocation=(), microphone=()");
  }

  private static String type(String name) {
    return switch (name.substring(name.lastIndexOf('.') + 1)) {
      case "html" -> "text/html; charset=utf-8";
      case "css" -> "text/css; charset=utf-8";
      case "svg" -> "image/svg+xml";
      default -> "text/javascript; charset=utf-8";
    };
  }

  private static byte[] read(String name) {
    try (InputStream in = PageFiles.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException(name + " is not in this JAR");
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
