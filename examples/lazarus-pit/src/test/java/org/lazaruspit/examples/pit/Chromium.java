package org.lazaruspit.examples.pit;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.ConsoleMessage;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.Request;
import com.microsoft.playwright.options.ColorScheme;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Browser of this machine, with its errors and requests. Used by one thread. */
final class Chromium implements AutoCloseable {

  private static final Path PROGRAM = Path.of("/usr/bin/chromium");

  private final Playwright playwright =
      Playwright.create(
          new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
  private final Browser browser =
      playwright
          .chromium()
          .launch(
              new BrowserType.LaunchOptions()
                  .setExecutablePath(PROGRAM)
                  .setHeadless(true)
                  .setArgs(
                      List.of(
                          "--no-sandbox",
                          "--disable-gpu",
                          "--disable-quic",
                          "--no-first-run",
                          "--disable-background-networking",
                          "--disable-component-update",
                          "--disable-sync")));
  private final List<String> complaints = new ArrayList<>();
  private final List<String> asked = new ArrayList<>();

  /** Opens a page in a new browser context. */
  Page page(int width, int height, ColorScheme scheme) {
    BrowserContext context =
        browser.newContext(
            new Browser.NewContextOptions().setViewportSize(width, height).setColorScheme(scheme));
    Page page = context.newPage();
    page.setDefaultTimeout(15_000);
    page.onConsoleMessage(this::heard);
    page.onPageError(complaints::add);
    page.onRequest(this::asked);
    return page;
  }

  /** Returns whether an error is a fault of the page; the page itself shows refusals. */
  private void heard(ConsoleMessage message) {
    boolean refused =
        message.text().startsWith("Failed to load resource")
            && message.location().contains("/api/");
    if (!refused && (message.type().equals("error") || message.type().equals("warning"))) {
      complaints.add(message.text() + " " + message.location());
    }
  }

  private void asked(Request request) {
    asked.add(request.url());
  }

  /** Returns errors, and all that the policy of the page has blocked. */
  List<String> complaints() {
    return complaints;
  }

  /** Returns the addresses of all requests. */
  List<String> asked() {
    return asked;
  }

  void forget() {
    browser.contexts().forEach(BrowserContext::close);
    complaints.clear();
    asked.clear();
  }

  @Override
  public void close() {
    playwright.close();
  }
}
