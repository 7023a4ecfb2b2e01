package org.lazaruspit.examples.mcp;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.modelcontextprotocol.json.McpJsonMapper;
import io.modelcontextprotocol.json.TypeRef;
import io.modelcontextprotocol.spec.McpSchema;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCMessage;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCNotification;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCRequest;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCResponse;
import io.modelcontextprotocol.spec.McpServerSession;
import io.modelcontextprotocol.spec.McpServerTransport;
import io.modelcontextprotocol.spec.McpServerTransportProvider;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Phaser;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;

/**
 * Transport of one session over a pair of streams, one JSON-RPC message per line. Unlike the SDK's
 * own transport it answers malformed messages with an error and continues, and it answers pending
 * requests after the end of the input.
 */
final class LineTransport implements McpServerTransportProvider {

  private static final Logger log = LoggerFactory.getLogger(LineTransport.class);

  private static final int PARSE_ERROR = -32700;
  private static final int INVALID_REQUEST = -32600;

  private final McpJsonMapper json;
  private final LineReader lines;
  private final OutputStream out;
  private final Phaser pending = new Phaser(1);
  private @Nullable McpServerSession session;
  private boolean initialized;

  LineTransport(McpJsonMapper json, InputStream in, OutputStream out) {
    this.json = json;
    this.lines = new LineReader(in);
    this.out = out;
  }

  @Override
  public void setSessionFactory(McpServerSession.Factory factory) {
    session = factory.create(new SessionTransport());
  }

  /**
   * Serves until the input ends, then waits for pending answers.
   *
   * @param drainLimit the maximum time to wait for them
   * @throws IOException if the input cannot be read, or the output is closed
   */
  void serve(Duration drainLimit) throws IOException, InterruptedException {
    for (LineReader.Line line = lines.next(); line != null; line = lines.next()) {
      receive(line);
    }
    int phase = pending.arrive();
    try {
      pending.awaitAdvanceInterruptibly(phase, drainLimit.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      log.warn(
          "session: answers not ready within {} after the end of the input; dropped", drainLimit);
    }
  }

  private void receive(LineReader.Line line) throws IOException {
    if (line.tooLong()) {
      refuse(null, INVALID_REQUEST, "the line is longer than " + LineReader.MAX_BYTES + " bytes");
      return;
    }
    if (line.text().isBlank()) {
      return;
    }
    JSONRPCMessage message;
    try {
      message = McpSchema.deserializeJsonRpcMessage(json, line.text());
    } catch (IOException | RuntimeException e) {
      refuse(line.text());
      return;
    }
    if (!initialized && message instanceof JSONRPCRequest request && isBeforeHandshake(request)) {
      return;
    }
    if (message instanceof JSONRPCNotification notification
        && notification.method().equals(McpSchema.METHOD_NOTIFICATION_INITIALIZED)) {
      initialized = true;
    }
    handle(message);
  }

  /**
   * Answers a request that arrives before the handshake is complete: the SDK would leave it without
   * an answer.
   */
  private boolean isBeforeHandshake(JSONRPCRequest request) throws IOException {
    switch (request.method()) {
      case McpSchema.METHOD_INITIALIZE -> {
        return false;
      }
      case McpSchema.METHOD_PING -> write(JSONRPCResponse.result(request.id(), Map.of()));
      default ->
          refuse(
              request.id(),
              INVALID_REQUEST,
              request.method() + " before initialize and notifications/initialized");
    }
    return true;
  }

  private void handle(JSONRPCMessage message) {
    pending.register();
    Objects.requireNonNull(session, "no server is built on this transport")
        .handle(message)
        .doFinally(signal -> pending.arriveAndDeregister())
        .subscribe(
            nothing -> {}, failure -> log.error("session: a message was not handled", failure));
  }

  /** Refuses a line that is not a message, with the id of the request if the line has one. */
  private void refuse(String text) throws IOException {
    Object value;
    try {
      value = json.readValue(text, Object.class);
    } catch (IOException | RuntimeException e) {
      refuse(null, PARSE_ERROR, "not JSON");
      return;
    }
    Object id = value instanceof Map<?, ?> object ? object.get("id") : null;
    refuse(
        id instanceof String || id instanceof Number ? id : null,
        INVALID_REQUEST,
        "not a request, a notification or a response of JSON-RPC 2.0");
  }

  private void refuse(@Nullable Object id, int code, String message) throws IOException {
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put("jsonrpc", McpSchema.JSONRPC_VERSION);
    answer.put("id", id);
    answer.put("error", Map.of("code", code, "message", message));
    write(answer);
  }

  private void write(Object message) throws IOException {
    byte[] bytes = (json.writeValueAsString(message) + "\n").getBytes(UTF_8);
    synchronized (out) {
      out.write(bytes);
      out.flush();
    }
  }

  @Override
  public Mono<Void> notifyClients(String method, Object params) {
    McpServerSession known = session;
    return known == null ? Mono.empty() : known.sendNotification(method, params);
  }

  @Override
  public Mono<Void> closeGracefully() {
    McpServerSession known = session;
    return known == null ? Mono.empty() : known.closeGracefully();
  }

  /** Sends the session's messages. */
  private final class SessionTransport implements McpServerTransport {

    @Override
    public Mono<Void> sendMessage(JSONRPCMessage message) {
      return Mono.fromRunnable(
          () -> {
            try {
              write(message);
            } catch (IOException e) {
              throw new UncheckedIOException(e);
            }
          });
    }

    @Override
    public <T> T unmarshalFrom(Object data, TypeRef<T> type) {
      return json.convertValue(data, type);
    }

    @Override
    public Mono<Void> closeGracefully() {
      return Mono.empty();
    }
  }
}
