package org.lazaruspit.heartbeat.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** Keys with self-signed certificates, created with the JDK's keytool. */
final class TlsKeys {

  private static final String PASSWORD = "changeit";

  private final Path dir;

  TlsKeys(Path dir) {
    this.dir = dir;
  }

  /** Creates a key whose certificate has these extensions; contexts created later trust it. */
  void make(String name, String... extensions) throws Exception {
    List<String> command = new ArrayList<>(List.of("-genkeypair", "-alias", name));
    command.addAll(List.of("-keyalg", "EC", "-dname", "CN=" + name, "-keystore", name + ".p12"));
    for (String extension : extensions) {
      command.addAll(List.of("-ext", extension));
    }
    keytool(command);
    keytool(
        List.of("-exportcert", "-alias", name, "-keystore", name + ".p12", "-file", name + ".der"));
    keytool(
        List.of(
            "-importcert",
            "-noprompt",
            "-alias",
            name,
            "-file",
            name + ".der",
            "-keystore",
            "trusted.p12"));
  }

  private void keytool(List<String> arguments) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    command.addAll(arguments);
    command.addAll(List.of("-storepass", PASSWORD, "-storetype", "PKCS12"));
    Process process =
        new ProcessBuilder(command).directory(dir.toFile()).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertEquals(0, process.waitFor(), output);
  }

  private KeyStore store(String name) throws Exception {
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(dir.resolve(name + ".p12"))) {
      keys.load(in, PASSWORD.toCharArray());
    }
    return keys;
  }

  /** Returns a context with this key that trusts all created certificates. */
  SSLContext contextWith(String name) throws Exception {
    KeyManagerFactory own = KeyManagerFactory.getInstance("PKIX");
    own.init(store(name), PASSWORD.toCharArray());
    return context(own.getKeyManagers());
  }

  /** Returns a context without key that trusts all created certificates. */
  SSLContext contextWithoutKey() throws Exception {
    return context(new KeyManager[0]);
  }

  private SSLContext context(KeyManager[] keys) throws Exception {
    TrustManagerFactory trusted = TrustManagerFactory.getInstance("PKIX");
    trusted.init(store("trusted"));
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys, trusted.getTrustManagers(), null);
    return context;
  }
}
