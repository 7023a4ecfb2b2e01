package org.lazaruspit.examples.documentation;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.lazaruspit.examples.documentation.Page.Block;
import org.lazaruspit.pit.contract.ReviverContract;
import org.lazaruspit.pit.spi.AgentRef;
import org.lazaruspit.pit.spi.Reviver;
import org.lazaruspit.pit.spi.RunningAgent;
import org.lazaruspit.pit.spi.StartOrder;

/** Runs the contract of revivers with the pool of spares of {@code docs/embedding.md}. */
final class SparePoolTest extends ReviverContract {
  private static final AgentRef AGENT = new AgentRef(new UUID(1, 2), "writer");

  @TempDir static Path classes;
  private static URLClassLoader loader;
  private static Class<?> type;

  @TempDir Path folder;
  private final Map<Long, CountDownLatch> crashes = new ConcurrentHashMap<>();
  private Reviver pool;

  @BeforeAll
  static void compiled() throws Exception {
    Block block =
        Page.read(Page.TOP.resolve("docs/embedding.md")).blocks().stream()
            .filter(it -> it.text().contains("class SparePool "))
            .findFirst()
            .orElseThrow();
    Path file = classes.resolve("SparePool.java");
    Files.writeString(file, JavaSnippetsTest.IMPORTS + block.text());
    String classPath = System.getProperty("java.class.path");
    int status =
        ToolProvider.getSystemJavaCompiler()
            .run(null, null, null, "-proc:none", "-cp", classPath, file.toString());
    assertEquals(0, status);
    loader = new URLClassLoader(new URL[] {classes.toUri().toURL()});
    type = loader.loadClass("SparePool");
  }

  @AfterAll
  static void unloaded() throws Exception {
    loader.close();
  }

  /** Creates a pool with more spares than a test needs; each spare runs until its crash. */
  @BeforeEach
  void aPool() throws Exception {
    pool = (Reviver) type.getConstructor().newInstance();
    Class<?> spare = loader.loadClass("SparePool$Spare");
    Method add = type.getMethod("add", spare);
    for (int i = 0; i < 20; i++) {
      add.invoke(
          pool,
          Proxy.newProxyInstance(
              loader,
              new Class<?>[] {spare},
              (proxy, method, arguments) -> {
                StartOrder order = (StartOrder) arguments[0];
                if (order.checkpoint().isPresent()) {
                  throw new IllegalStateException("cannot read it");
                }
                crashOf(order.incarnation()).await();
                return null;
              }));
    }
  }

  private CountDownLatch crashOf(long incarnation) {
    return crashes.computeIfAbsent(incarnation, any -> new CountDownLatch(1));
  }

  /** Returns the same pool each time: the agents are threads of this JVM. */
  @Override
  protected Reviver newReviver() {
    return pool;
  }

  @Override
  protected StartOrder order(long incarnation) {
    return order(incarnation, Optional.empty());
  }

  @Override
  protected Optional<StartOrder> impossibleOrder() {
    return Optional.of(order(1, Optional.of(folder)));
  }

  private StartOrder order(long incarnation, Optional<Path> checkpoint) {
    return new StartOrder(
        AGENT,
        incarnation,
        folder,
        checkpoint,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        folder.resolve("writer.log"));
  }

  @Override
  protected void kill(RunningAgent running) {
    crashOf(running.incarnation()).countDown();
  }
}
