package org.lazaruspit.examples.pit;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.PlaywrightAssertions;
import com.microsoft.playwright.options.ColorScheme;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.lazaruspit.pit.Restriction;
import org.lazaruspit.pit.Revival;
import org.lazaruspit.pit.RevivalEngine;
import org.lazaruspit.pit.spi.AgentRef;

/** The page in a real browser, with a real daemon. */
@Tag("full")
@Timeout(60)
final class PageTest {

  private static final String SILENT = "no heartbeat for 912 s";
  private static Chromium chromium;

  @TempDir Path folder;
  private Stage stage;

  @BeforeAll
  static void openBrowser() {
    chromium = new Chromium();
    PlaywrightAssertions.setDefaultAssertionTimeout(15_000);
  }

  @AfterAll
  static void closeBrowser() {
    chromium.close();
  }

  @BeforeEach
  void open() throws IOException {
    stage = new Stage(folder);
  }

  /** No errors, no blocked content, and no requests to other hosts in any test. */
  @AfterEach
  void noErrorsAndNoRequestsToOtherHosts() throws IOException {
    try {
      assertEquals(List.of(), chromium.complaints());
      String origin = stage.daemon().url().toString();
      assertEquals(
          List.of(), chromium.asked().stream().filter(url -> !url.startsWith(origin)).toList());
    } finally {
      chromium.forget();
      stage.close();
    }
  }

  private Page show() throws IOException {
    return show(1360, 800, ColorScheme.LIGHT);
  }

  private Page show(int width, int height, ColorScheme scheme) throws IOException {
    Page page = chromium.page(width, height, scheme);
    page.navigate(stage.page());
    return page;
  }

  private RevivalEngine engine() {
    return stage.daemon().current().work().pit().engine();
  }

  private static Locator row(Page page, String agent) {
    return page.locator(".row:visible", new Page.LocatorOptions().setHasText(agent));
  }

  private static Locator details(Page page) {
    return page.locator("#details");
  }

  private static Locator button(Locator within, String words) {
    return within.getByRole(
        com.microsoft.playwright.options.AriaRole.BUTTON,
        new Locator.GetByRoleOptions().setName(words));
  }

  /** Opens the dialog of an order, gives a reason, and waits until the order is accepted. */
  private static void order(Page page, String order, String reason) {
    details(page).locator("[data-order=" + order + "]").click();
    page.fill("#ask-reason", reason);
    page.click("#ask-yes");
    assertThat(page.locator("#ask")).isHidden();
  }

  private static void assertStatus(Page page, String agent, String status) {
    assertThat(row(page, agent).locator(".status .badge")).hasText(status);
  }

  @Test
  void approvalShowsItsEvidenceAndTheRevivalItsSteps() throws Exception {
    UUID mission = stage.mission("Sort the archive");
    stage.agent(mission, "yes", "Ann");
    stage.agent(mission, "no", "Béla");
    stage.start();
    Page page = show();
    assertStatus(page, "yes", "healthy");
    stage.gateway.says("yes", "unhealthy", SILENT);
    stage.gateway.says("no", "unhealthy", "exploded");
    assertStatus(page, "yes", "waits for you");
    assertThat(page.locator("#tab-revivals")).containsText("2 wait for you");

    row(page, "yes").click();
    Locator decision = details(page).locator(".decision");
    assertThat(decision).containsText(SILENT);
    assertThat(details(page).locator(".why")).containsText("auto_revive is ask");
    button(decision, "Approve").click();
    assertThat(decision).isHidden();
    assertStatus(page, "yes", "healthy");
    assertThat(row(page, "yes").locator(".inc")).hasText("1");
    assertThat(details(page).locator(".step .what"))
        .hasText(
            new String[] {
              "Requested",
              "Approved",
              "Stop the rest of the old process",
              "Verify the checkpoint",
              "Raise the incarnation to 1",
              "Start the agent",
              "Register it with its gateway",
              "Wait for proof of health",
              "Healthy in its new incarnation"
            });

    row(page, "no").click();
    button(decision, "Deny …").click();
    page.click("#ask-yes");
    assertThat(page.locator("#ask")).isVisible(); // a denial needs a reason
    page.fill("#ask-reason", "not before Marit has looked");
    page.click("#ask-yes");
    assertThat(decision).isHidden();
    assertThat(details(page).locator(".journal")).containsText("denied");
    assertThat(details(page).locator(".why")).containsText("an operator said no");
    assertEquals(
        "not before Marit has looked",
        engine().revivals().stream()
            .filter(revival -> revival.agent().agentId().equals("no"))
            .map(Revival::detail)
            .findFirst()
            .orElseThrow());
    order(page, "revive", "she has");
    assertStatus(page, "no", "healthy");
    assertThat(page.locator("#tab-revivals .asks")).isHidden();
  }

  @Test
  void everyOrderIsGivenWithItsReason() throws Exception {
    UUID mission = stage.mission("Sort the archive");
    stage.agent(mission, "a", "Ann");
    stage.agent(mission, "b", "Béla");
    stage.gateway.says("b", "unhealthy", "quota: 429 Too Many Requests");
    stage.start();
    Page page = show();
    row(page, "Ann").click();
    order(page, "stop", "its output is wrong");
    assertStatus(page, "Ann", "stopped");
    assertThat(row(page, "Ann").locator(".remark")).hasText("stopped: its output is wrong");
    assertEquals("its output is wrong", standings(mission, "a").get(0).reason());
    order(page, "resume", "it is right");
    assertStatus(page, "Ann", "healthy");
    details(page).locator("[data-order=pause]").click();
    page.selectOption("#ask-until", "3600");
    page.fill("#ask-reason", "debugging");
    page.keyboard().press("Tab");
    page.keyboard().press("Enter");
    assertStatus(page, "Ann", "paused");
    assertTrue(standings(mission, "a").get(0).until().isPresent());
    assertThat(row(page, "Ann").locator(".remark"))
        .hasText(Pattern.compile("paused, ends in (1.h|59.min.*): debugging"));
    order(page, "resume", "done");

    row(page, "Béla").click();
    assertThat(details(page)).containsText("held (quota)");
    stage.gateway.says("b", "healthy", "");
    assertStatus(page, "Béla", "healthy");
    stage.gateway.says("b", "unhealthy", "config: no such model");
    assertStatus(page, "Béla", "held");
    order(page, "lift", "the model is there");
    assertThat(page.locator("#notice")).hasText("b: lifted.");

    page.keyboard().press("2");
    row(page, "Sort the archive").click();
    order(page, "stop", "power cut ahead");
    assertStatus(page, "Sort the archive", "stopped");
    assertEquals("power cut ahead", engine().restriction(mission).orElseThrow().reason());
    order(page, "resume", "power is back");
    assertStatus(page, "Sort the archive", "active");
    button(details(page), "Show its agents").click();
    assertThat(page.locator(".row:visible")).hasCount(2);
    assertThat(page.locator("#chips")).containsText("Mission: Sort the archive");
  }

  private List<Restriction> standings(UUID mission, String agent) {
    return engine().restrictions(new AgentRef(mission, agent));
  }

  @Test
  void namesOfAgentsAndMissionsAreShownAsText() throws Exception {
    String markup = "<img src=x onerror=\"document.title='owned'\">";
    UUID mission = stage.mission(markup + " \u202Egnp.exe");
    stage.agent(mission, "a", "<script>document.title='owned'</script>\u202E\u0007");
    stage.agent(mission, "b", "very long name ".repeat(500));
    stage.agent(mission, "c".repeat(128), "مهمة");
    stage.start();
    stage.gateway.says("a", "unhealthy", "<b>\u202Ebold</b>");
    stage.gateway.change("b", agent -> agent.put("progress", markup));
    Page page = show(800, 700, ColorScheme.LIGHT);
    assertStatus(page, "<script>", "waits for you");
    assertThat(row(page, "<script>").locator(".name"))
        .hasText("<script>document.title='owned'</script>⟨202E⟩⟨0007⟩");
    assertThat(row(page, "<script>").locator(".remark")).hasText("<b>⟨202E⟩bold</b>");
    row(page, "<script>").click();
    assertThat(details(page)).containsText(markup + " ⟨202E⟩gnp.exe");
    assertThat(details(page).locator(".decision")).containsText("<b>⟨202E⟩bold</b>");
    details(page).locator("[data-order=stop]").click();
    page.keyboard().press("Escape");
    page.keyboard().press("Escape");
    row(page, "very long name").click();
    assertThat(details(page)).containsText(markup);
    page.keyboard().press("2");
    assertThat(row(page, markup)).isVisible();
    row(page, markup).click();
    details(page).locator("[data-order=stop]").click();
    assertThat(page.locator("#ask-title")).hasText("Stop " + markup + " ⟨202E⟩gnp.exe?");
    page.keyboard().press("Escape");
    assertEquals(0, page.locator("img, b, .row script, #details script").count());
    assertEquals(
        false, page.evaluate("document.documentElement.scrollWidth > innerWidth"), "too wide");
    assertTrue(page.title().endsWith("Lazarus Pit"), page.title());
  }

  @Test
  void everythingCanBeDoneWithTheKeyboardAlone() throws Exception {
    UUID mission = stage.mission("Sort the archive");
    for (int i = 0; i < 30; i++) {
      stage.agent(mission, "reader-" + i, "Ann " + i);
    }
    stage.gateway.says("reader-17", "unhealthy", SILENT);
    stage.start();
    Page page = show();
    assertStatus(page, "reader-17", "waits for you");
    page.keyboard().press("/");
    page.keyboard().type("ann 1");
    assertThat(page.locator("#count")).hasText("12 of 30 agents");
    page.keyboard().press("Escape");
    assertThat(page.locator("#count")).hasText("30 agents");
    page.keyboard().press("ArrowDown");
    assertThat(page.locator("#scroller")).isFocused();
    assertChosen(page, "reader-17");
    page.keyboard().press("End");
    assertChosen(page, "reader-9");
    page.keyboard().press("PageUp");
    page.keyboard().press("Home");
    assertChosen(page, "reader-17");
    page.keyboard().press("Enter");
    assertThat(details(page)).isFocused();
    assertThat(details(page).locator(".decision")).containsText(SILENT);
    page.keyboard().press("Tab"); // to the close button
    page.keyboard().press("Tab");
    assertThat(page.locator("button.yes")).isFocused();
    page.keyboard().press("Enter");
    assertStatus(page, "reader-17", "healthy");
    page.keyboard().press("Escape");
    assertThat(details(page)).isHidden();
    assertThat(page.locator("#scroller")).isFocused();
    page.keyboard().press("3");
    assertThat(page.locator("#tab-revivals")).hasAttribute("aria-selected", "true");
    assertChosen(page, "reader-17");
    page.keyboard().press("?");
    assertThat(page.locator("#keys")).isVisible();
    page.keyboard().press("Escape");
    assertThat(page.locator("#keys")).isHidden();
    page.focus("#tab-revivals");
    page.keyboard().press("ArrowRight");
    assertThat(page.locator("#tab-agents")).isFocused();
  }

  private static void assertChosen(Page page, String agent) {
    assertThat(page.locator(".row[aria-selected=true]")).containsText(agent);
    assertEquals(
        page.locator(".row[aria-selected=true]").getAttribute("id"),
        page.locator("#scroller").getAttribute("aria-activedescendant"));
  }

  @Test
  void fiveThousandAgentsAreSearchedAndScrolledWithFewElements() throws Exception {
    for (int cell = 0; cell < 10; cell++) {
      UUID mission = stage.mission("Mission " + cell);
      for (int i = 0; i < 500; i++) {
        stage.agent(mission, "agent-%d-%03d".formatted(cell, i), "Ann");
      }
    }
    stage.gateway.says("agent-4-321", "degraded", "silent for 342 s");
    stage.start();
    Page page = show();
    assertThat(page.locator("#count")).hasText("5000 agents");
    assertThat(page.locator(".row:visible").first()).containsText("agent-4-321");
    assertTrue(page.locator(".row").count() < 60, "only visible rows have elements");
    page.focus("#scroller");
    page.keyboard().press("End");
    assertThat(row(page, "agent-9-499")).isVisible();
    page.fill("#search", "mission agent-7-42");
    assertThat(page.locator("#count")).hasText("10 of 5000 agents");
    page.fill("#search", "silent");
    assertThat(page.locator(".row:visible")).hasCount(1);
    page.fill("#search", "no such agent");
    assertThat(page.locator("#empty")).isVisible();
    page.fill("#search", "");
    page.locator(".chip[data-status=degraded]").click();
    assertThat(page.locator(".row:visible")).hasCount(1);
    assertThat(page.locator(".chip[data-status=degraded]")).hasAttribute("aria-pressed", "true");
    page.selectOption("#sort", "id");
    page.locator(".chip[data-status=degraded]").click();
    assertThat(page.locator(".row:visible", new Page.LocatorOptions().setHasText("agent-0-000")))
        .isVisible();
  }

  @Test
  void aDaemonThatIsRestartedIsMissedAndFoundAgain() throws Exception {
    UUID mission = stage.mission("Sort the archive");
    stage.agent(mission, "a", "Ann");
    stage.start();
    Page page = show();
    assertStatus(page, "Ann", "healthy");
    stage.stopDaemon();
    assertThat(page.locator("#link")).hasText("not connected");
    assertThat(page.locator("#banner")).containsText("The daemon does not answer. Lost");
    assertThat(page.locator("#banner")).containsText("Data as of");
    assertThat(row(page, "Ann")).isVisible();
    stage.agent(mission, "b", "Béla");
    stage.start();
    assertThat(page.locator("#link")).hasText("live");
    assertThat(page.locator("#banner")).isHidden();
    assertThat(page.locator("#notice")).containsText("the daemon was restarted at");
    assertStatus(page, "Béla", "healthy");
  }

  @Test
  void missingOrWrongTokenLeadsToTheRightOne() throws Exception {
    stage.agent(stage.mission("Sort the archive"), "a", "Ann");
    stage.start();
    Page page = chromium.page(800, 600, ColorScheme.LIGHT);
    page.navigate(stage.daemon().url().toString());
    assertThat(page.locator("#entry")).containsText("lazarus-pit page prints this page's address");
    assertThat(page.locator("#token")).isFocused();
    for (String wrong : List.of("wrong", "falsch \u2026", stage.token() + "x")) {
      page.fill("#token", wrong);
      page.keyboard().press("Enter");
      assertThat(page.locator("#token")).hasValue("");
      assertThat(page.locator("#entry-why"))
          .containsText(
              Pattern.compile("does not accept this token|characters that tokens do not have"));
    }
    page.fill("#token", stage.token());
    page.keyboard().press("Enter");
    assertThat(row(page, "Ann")).isVisible();
    page.reload();
    assertThat(row(page, "Ann")).isVisible();
    page.navigate(stage.page());
    page.reload();
    assertThat(row(page, "Ann")).isVisible();
    assertEquals(stage.daemon().url() + "/", page.url(), "the token is out of the address");
  }

  @Test
  void colourIsNeverTheOnlySignAndEveryTextStandsOutInBothSchemesAndOnAPhone() throws Exception {
    UUID mission = stage.mission("Sort the archive");
    for (String id : List.of("asks", "held", "degraded", "stopped", "paused", "healthy")) {
      stage.agent(mission, id, "Ann");
    }
    stage.gateway.says("asks", "unhealthy", SILENT);
    stage.gateway.says("held", "unhealthy", "quota: 429");
    stage.gateway.says("degraded", "degraded", "silent for 342 s");
    stage.start();
    Page light = show();
    assertStatus(light, "asks", "waits for you");
    engine().stop(new AgentRef(mission, "stopped"), "enough");
    engine().pause(new AgentRef(mission, "paused"), java.util.Optional.empty(), "later");
    assertStatus(light, "paused", "paused");
    Map<String, Object> shapes = new TreeMap<>();
    for (Locator badge : light.locator(".row:visible .badge").all()) {
      shapes.put(badge.innerText(), badge.locator("use").getAttribute("href"));
    }
    assertEquals(
        Set.of("waits for you", "held", "degraded", "stopped", "paused", "healthy"),
        shapes.keySet());
    assertEquals(6, Set.copyOf(shapes.values()).size(), shapes::toString);
    for (ColorScheme scheme : List.of(ColorScheme.LIGHT, ColorScheme.DARK)) {
      for (int width : new int[] {1360, 390}) {
        Page page = show(width, 780, scheme);
        assertStatus(page, "asks", "waits for you");
        assertReadable(page);
        row(page, "asks").click();
        assertThat(details(page).locator(".step")).hasCount(1);
        assertThat(details(page).locator(".why")).containsText("Next:");
        assertReadable(page);
        details(page).locator("[data-order=pause]").click();
        assertReadable(page);
        page.keyboard().press("Escape");
        page.keyboard().press("Escape");
        page.keyboard().press("3");
        assertThat(row(page, "asks").locator(".status .badge")).hasText("waits for you");
        assertReadable(page);
      }
    }
  }

  /** Checks the contrast of every text with its background: WCAG 2.2, 1.4.3. */
  private static void assertReadable(Page page) {
    Object faint =
        page.evaluate(
            """
            () => {
              const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
              const rgba = (color) => {
                canvas.clearRect(0, 0, 1, 1);
                canvas.fillStyle = color;
                canvas.fillRect(0, 0, 1, 1);
                return [...canvas.getImageData(0, 0, 1, 1).data];
              };
              const light = ([r, g, b]) => [r, g, b].map((v) => v / 255)
                .map((v) => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
                .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
              const behind = (element) => {
                for (let e = element; e; e = e.parentElement) {
                  const color = rgba(getComputedStyle(e).backgroundColor);
                  if (color[3] === 255) return color;
                }
                return [255, 255, 255];
              };
              const faint = [];
              let texts = 0;
              for (const element of document.querySelectorAll('body *')) {
                const own = [...element.childNodes].some((n) => n.nodeType === 3 && n.data.trim());
                if (!own || !element.checkVisibility({ visibilityProperty: true })) continue;
                texts++;
                const [a, b] = [light(rgba(getComputedStyle(element).color)), light(behind(element))];
                const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
                if (contrast < 4.5) faint.push(contrast.toFixed(2) + ' ' + element.outerHTML.slice(0, 120));
              }
              if (texts < 20) faint.push('only ' + texts + ' texts');
              if (document.documentElement.scrollWidth > innerWidth) faint.push('wider than the screen');
              return faint;
            }
            """);
    assertEquals(List.of(), faint);
  }

  @Test
  void eventsAreReadInWhateverPiecesTheyCome() throws Exception {
    stage.start();
    Page page = show();
    Object told =
        page.evaluate(
            """
            async () => {
              const { parser } = await import('/page/stream.js');
              const text = ': hello\\n\\nevent: fleet\\r\\ndata: {"a":1}\\n\\ndata:one\\ndata: two\\n\\nevent: none\\n\\ndata: torn';
              const all = [];
              for (const size of [1, 2, 3, 7, 1000]) {
                const found = [];
                const take = parser((name, data) => found.push(name + '=' + data));
                for (let i = 0; i < text.length; i += size) take(text.slice(i, i + size));
                all.push(found.join('|'));
              }
              return [...new Set(all)];
            }
            """);
    assertEquals(List.of("fleet={\"a\":1}|message=one\ntwo"), told);
    assertEquals(
        List.of("0 s", "59 s", "1 min", "1 h 1 min", "2 d", "1 h"),
        page.evaluate(
            """
            async () => {
              const { length } = await import('/page/words.js');
              return [length(-5), length(59.9), length(60), length(3661), length(172801), length(3661, 1)]
                .map((text) => text.replaceAll('\\u00a0', ' '));
            }
            """));
    assertEquals(
        List.of("+0.2 ms", "+12 ms", "+1.5 s"),
        page.evaluate(
            """
            async () => {
              const { fine, gap } = await import('/page/words.js');
              const from = '2026-01-31T09:30:00.999900Z';
              return ['2026-01-31T09:30:01.000100Z', '2026-01-31T09:30:01.012Z', '2026-01-31T09:30:02.5Z']
                .map((to) => gap(fine(to) - fine(from)).replaceAll('\\u00a0', ' '));
            }
            """));
  }
}
