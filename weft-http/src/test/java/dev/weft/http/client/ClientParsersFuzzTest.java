package dev.weft.http.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.http.ContentException;
import dev.weft.http.Fuzz;
import dev.weft.http.ServerSentEvent;
import dev.weft.http.netty.MediaType;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.charset.UnsupportedCharsetException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What the client reads of what strangers write: it is understood or refused, and nothing else. */
@Timeout(120)
class ClientParsersFuzzTest {
    private static final String DATE = "Thu, 01 Jan 2026 00:00:00 GMT";

    @TempDir
    Path directory;

    @Test
    void cookiesAreKeptOrDroppedAndWhatIsKeptCanBeSentAndStored() {
        List<URI> places = List.of(
                URI.create("http://a.example.org/x/y"), URI.create("https://10.0.0.1/"), URI.create("https://b.co.uk"));
        Fuzz.cases(600, random -> {
            var jar = CookieJar.empty();
            for (int left = 1 + random.nextInt(3); left > 0; left--) {
                String cookie = Fuzz.text(
                        random,
                        20,
                        "a",
                        "=",
                        ";",
                        " ",
                        ",",
                        "\t",
                        "\"",
                        "Path=/",
                        "Domain=",
                        ".example.org",
                        "co.uk",
                        "Secure",
                        "HttpOnly",
                        "Max-Age=",
                        "99999999999",
                        "-1",
                        "Expires=" + DATE,
                        "__Host-");
                jar.receive(Fuzz.oneOf(random, places), List.of(cookie));
            }
            for (URI place : places) {
                String header = jar.header(place);
                if (header != null) {
                    ClientRequest.get(place.toString()).header("cookie", header); // it is a proper value
                }
            }
            Path file = directory.resolve("cookies");
            jar.save(file);
            CookieJar loaded = CookieJar.load(file);
            for (URI place : places) {
                assertThat(loaded.header(place)).isEqualTo(jar.header(place));
            }
            Files.delete(file);
        });
    }

    @Test
    void urlsLeadSomewhereOrAreRefused() {
        Fuzz.cases(4_000, random -> {
            String text = Fuzz.text(
                    random, 12, "http", "https", ":", "//", "/", "h", ".", "..", "@", "?", "#", "[", "]", "::1", "80",
                    "%", "%41", "_", "\\", " ", "é");
            try {
                Target base = Target.of("http://example.org/a/b?c");
                Target target = random.nextBoolean() ? Target.of(text) : base.follow(text);
                assertThat(target.origin().host()).isNotBlank().doesNotContain("@", "/", " ", "\r", "\n");
                assertThat(target.origin().port()).isBetween(1, 65_535);
                assertThat(target.path()).startsWith("/").matches("[\\x21-\\x7E]+");
                assertThat(target.hostHeader()).matches("[\\x21-\\x7E]+");
            } catch (RequestException.BadUrl e) {
                assertThat(e.getMessage()).isNotBlank();
            }
        });
    }

    @Test
    void filesOfPasswordsAndProxiesOfTheEnvironmentAreRead() {
        Fuzz.cases(2_000, random -> {
            Netrc netrc = Netrc.parse(Fuzz.text(
                    random, 20, "machine", " ", "\n", "h", "login", "password", "default", "macdef", "#", "\t"));
            Netrc.Login login = netrc.find("h");
            assertThat(login == null || !login.user().isEmpty()).isTrue();
            try {
                Proxy.from(Map.of(
                        "all_proxy", Fuzz.text(random, 8, "socks5", "http", "h", "://", ":", "1", "@", "[", "]")));
            } catch (RequestException.BadUrl e) {
                assertThat(e.getMessage()).isNotBlank();
            }
        });
    }

    @Test
    void eventsComeWholeHoweverTheyArrive() {
        Fuzz.cases(2_000, random -> {
            byte[] stream = Fuzz.text(
                            random, 40, "data", "event", "id", "retry", ":", " ", "\n", "\r", "\r\n", "\n\n", "x", "12",
                            "\uFEFF")
                    .getBytes(StandardCharsets.UTF_8);
            List<ServerSentEvent> events = events(new EventReader(Fuzz.inPieces(random, stream)));
            assertThat(events(new EventReader(Fuzz.inPieces(random, stream)))).isEqualTo(events);
        });
    }

    private static List<ServerSentEvent> events(EventReader reader) {
        List<ServerSentEvent> events = new ArrayList<>();
        try {
            for (ServerSentEvent event = reader.next(); event != null; event = reader.next()) {
                events.add(event);
            }
        } catch (ContentException e) {
            throw new AssertionError("nothing is that long", e);
        }
        return events;
    }

    @Test
    void whatIsSentAsAnEventIsRead() {
        Fuzz.cases(2_000, random -> {
            String data =
                    Fuzz.text(random, 20, "x", "\n", ":", " ", "data: ").replaceAll("[\\r\\x00]|[\\uD800-\\uDFFF]", "");
            byte[] sent = ServerSentEvent.of(data).event("t").id("1").encoded().getBytes(StandardCharsets.UTF_8);
            ServerSentEvent read = new EventReader(Fuzz.inPieces(random, sent)).next();
            assertThat(read).isEqualTo(ServerSentEvent.of(data).event("t").id("1"));
        });
    }

    @Test
    void timesToWaitAreWithinBounds() {
        var policy = RetryPolicy.of(3).waits(Duration.ofMillis(1), Duration.ofSeconds(5));
        Fuzz.cases(4_000, random -> {
            String after = random.nextBoolean()
                    ? Fuzz.text(random, 8, "1", "9", "-", "+", " ", "99999999999999999")
                    : new String(
                            Fuzz.mutated(random, DATE.getBytes(StandardCharsets.US_ASCII)),
                            StandardCharsets.ISO_8859_1);
            Duration wait = policy.wait(1 + random.nextInt(100), after);
            assertThat(wait == null || (!wait.isNegative() && wait.compareTo(Duration.ofSeconds(5)) <= 0))
                    .isTrue();
        });
    }

    @Test
    void typesOfMediaNameACharsetOrNone() {
        Fuzz.cases(4_000, random -> {
            String type = Fuzz.text(random, 12, "text/", "json", ";", "charset", "=", "\"", "utf-8", "x", " ", "+");
            MediaType.isJson(type);
            try {
                assertThat(MediaType.charsetOf(type)).isNotNull();
            } catch (UnsupportedCharsetException e) {
                assertThat(e.getCharsetName()).isNotNull();
            }
        });
    }
}
