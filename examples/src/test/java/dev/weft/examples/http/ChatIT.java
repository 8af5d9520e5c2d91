package dev.weft.examples.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.Weft;
import dev.weft.browser.Chromium;
import dev.weft.browser.Tab;
import dev.weft.http.server.HttpServer;
import java.net.URI;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The chat's page, in a real browser. */
@Timeout(180)
class ChatIT {
    private static final int PHONE = 375;
    private static final int ENTER = 13;

    /** A promise that holds once there is a message with the text. */
    private static final String UNTIL_READ = """
            new Promise(done => {
                const look = () => [...document.querySelectorAll("#log p")].some(p => p.textContent === %s) ? done(true) : setTimeout(look, 5);
                look();
            })""";

    private static Chromium chromium;

    @FunctionalInterface
    interface Body {
        void run(URI chat) throws Exception;
    }

    @BeforeAll
    static void startBrowser() throws Exception {
        chromium = Chromium.startOrSkip();
    }

    @AfterAll
    static void endBrowser() throws Exception {
        if (chromium != null) {
            chromium.close();
        }
    }

    private static void withChat(Body body) throws Exception {
        Weft.run(() -> {
            try (var server = HttpServer.open(Chat.handler())) {
                Weft.offload(() -> {
                    body.run(server.uri());
                    return true;
                });
            }
        });
    }

    private static Tab join(URI chat, String name) {
        Tab tab = chromium.open();
        tab.screen(PHONE, 700);
        tab.scheme("light");
        tab.open(chat);
        tab.evaluate("""
                new Promise(done => {
                    const look = () => document.getElementById("send").disabled ? setTimeout(look, 5) : done(true);
                    look();
                })""");
        assertThat(tab.text("document.getElementById('state').textContent")).isEqualTo("Connected");
        tab.evaluate("document.getElementById('name').focus()");
        tab.type(name);
        tab.evaluate("document.getElementById('text').focus()");
        return tab;
    }

    @Test
    void twoBrowsersExchangeMessages() throws Exception {
        withChat(chat -> {
            try (Tab ann = join(chat, "Ann");
                    Tab bob = join(chat, "Bob")) {
                ann.type("<img src=x onerror=alert(1)> hello");
                ann.press("Enter", ENTER);
                bob.evaluate(UNTIL_READ.formatted("'Ann<img src=x onerror=alert(1)> hello'"));
                bob.type("hello, Ann");
                bob.press("Enter", ENTER);
                ann.evaluate(UNTIL_READ.formatted("'Bobhello, Ann'"));
                assertThat(ann.texts("[...document.querySelectorAll('#log p')].map(p => p.className)"))
                        .containsExactly("mine", "");
                assertThat(ann.problems()).isEmpty();
                assertThat(bob.problems()).isEmpty();
                assertThat(bob.requests()).allMatch(url -> url.startsWith(chat.toString()) || url.startsWith("data:"));
            }
        });
    }

    @Test
    void itFitsAPhoneAndHasLightAndDark() throws Exception {
        withChat(chat -> {
            try (Tab tab = join(chat, "Ann")) {
                tab.type("x".repeat(300));
                tab.press("Enter", ENTER);
                tab.evaluate(UNTIL_READ.formatted("'Ann' + 'x'.repeat(300)"));
                assertThat(tab.evaluate("document.documentElement.scrollWidth").intValue())
                        .isEqualTo(PHONE);
                String background = "getComputedStyle(document.body).backgroundColor";
                String light = tab.text(background);
                tab.scheme("dark");
                assertThat(tab.text(background)).isNotEqualTo(light);
                assertThat(tab.texts(
                                "[...document.querySelectorAll('input')].map(i => i.labels[0].textContent.trim())"))
                        .containsExactly("Your name", "Message");
                assertThat(
                                tab.texts(
                                        "[...document.querySelectorAll('input, button')].filter(i => i.getBoundingClientRect().height < 44).map(i => i.id)"))
                        .isEmpty();
                for (String scheme : new String[] {"light", "dark"}) {
                    tab.scheme(scheme);
                    assertThat(tab.texts(TOO_FAINT)).as(scheme).isEmpty();
                }
            }
        });
    }

    /** The texts whose contrast with what is behind them is less than the 4.5 that WCAG asks for. */
    private static final String TOO_FAINT = """
            (() => {
                const parts = color => color.match(/[\\d.]+/g).map(Number);
                const light = color => parts(color).slice(0, 3).map(c => c / 255)
                    .map(c => c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
                    .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
                const behind = e => { while (parts(getComputedStyle(e).backgroundColor)[3] === 0) e = e.parentElement; return getComputedStyle(e).backgroundColor; };
                return [...document.querySelectorAll("h1, #state, #log p, #log b, label, input, button")].filter(e => {
                    const [a, b] = [light(getComputedStyle(e).color), light(behind(e))].sort((x, y) => y - x);
                    return (a + 0.05) / (b + 0.05) < 4.5;
                }).map(e => e.tagName + "#" + e.id);
            })()""";
}
