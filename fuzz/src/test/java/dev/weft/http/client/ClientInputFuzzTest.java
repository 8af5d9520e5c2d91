package dev.weft.http.client;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.weft.http.ContentException;
import dev.weft.http.ServerSentEvent;
import dev.weft.http.netty.MediaType;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.charset.UnsupportedCharsetException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What the client reads of what strangers write: it is understood or refused, and nothing else. */
class ClientInputFuzzTest {
    private static final List<URI> PLACES = List.of(
            URI.create("http://a.example.org/x/y"), URI.create("https://10.0.0.1/"), URI.create("https://b.co.uk"));

    @FuzzTest
    void cookies(FuzzedDataProvider data) throws IOException {
        var jar = CookieJar.empty();
        URI from = data.pickValue(PLACES.toArray(URI[]::new));
        jar.receive(from, List.of(data.consumeRemainingAsString()));
        for (URI place : PLACES) {
            String header = jar.header(place);
            if (header != null) {
                ClientRequest.get(place.toString()).header("cookie", header); // it is a proper value
            }
        }
        Path file = Files.createTempFile("cookies", ".txt");
        try {
            jar.save(file);
            CookieJar loaded = CookieJar.load(file);
            for (URI place : PLACES) {
                assertThat(loaded.header(place)).isEqualTo(jar.header(place));
            }
        } finally {
            Files.delete(file);
        }
    }

    @FuzzTest
    void cookieFile(byte[] bytes) throws IOException {
        Path file = Files.createTempFile("cookies", ".txt");
        try {
            Files.write(file, bytes);
            CookieJar jar = CookieJar.load(file);
            for (URI place : PLACES) {
                String header = jar.header(place);
                if (header != null) {
                    ClientRequest.get(place.toString()).header("cookie", header);
                }
            }
        } catch (IOException | dev.weft.http.HttpException e) {
            assertThat(e.getMessage()).isNotBlank();
        } finally {
            Files.delete(file);
        }
    }

    @FuzzTest
    void urls(FuzzedDataProvider data) {
        boolean relative = data.consumeBoolean();
        String text = data.consumeRemainingAsString();
        try {
            Target target = relative ? Target.of("http://example.org/a/b?c").follow(text) : Target.of(text);
            assertThat(target.origin().host()).isNotBlank().doesNotContain("@", "/", " ", "\r", "\n");
            assertThat(target.origin().port()).isBetween(1, 65_535);
            assertThat(target.path()).startsWith("/").matches("[\\x21-\\x7E]+");
            assertThat(target.hostHeader()).matches("[\\x21-\\x7E]+");
        } catch (RequestException.BadUrl e) {
            assertThat(e.getMessage()).isNotBlank();
        }
    }

    @FuzzTest
    void netrc(FuzzedDataProvider data) {
        Netrc.Login login = Netrc.parse(data.consumeRemainingAsString()).find("h");
        assertThat(login == null || !login.user().isEmpty()).isTrue();
    }

    @FuzzTest
    void proxies(FuzzedDataProvider data) {
        String text = data.consumeRemainingAsString();
        try {
            Proxy proxy = Proxy.from(Map.of("all_proxy", text));
            assertThat(proxy == null).isEqualTo(text.isEmpty());
            if (proxy != null) {
                proxy.headersFor(new Origin(false, "h", 80));
                assertThat(proxy.toString()).startsWith("Proxy[");
            }
        } catch (RequestException.BadUrl e) {
            int at = text.lastIndexOf('@');
            int colon = text.indexOf(':', text.indexOf("://") < 0 ? 0 : text.indexOf("://") + 3);
            if (colon > 0 && at > colon + 8) { // shorter ones may occur by chance
                assertThat(e.getMessage()).as("spreads no password").doesNotContain(text.substring(colon + 1, at));
            }
        }
    }

    @FuzzTest
    void events(FuzzedDataProvider data) {
        var reader = new EventReader(new ByteArrayInputStream(data.consumeRemainingAsBytes()));
        List<ServerSentEvent> events = new ArrayList<>();
        try {
            for (ServerSentEvent event = reader.next(); event != null; event = reader.next()) {
                events.add(event);
            }
        } catch (ContentException e) {
            assertThat(e.getMessage()).contains("longer than");
        }
        for (ServerSentEvent event : events) {
            byte[] again = event.encoded().getBytes(StandardCharsets.UTF_8);
            assertThat(new EventReader(new ByteArrayInputStream(again)).next()).isEqualTo(event);
        }
    }

    @FuzzTest
    void timesToWait(FuzzedDataProvider data) {
        var policy = RetryPolicy.of(3).waits(Duration.ofMillis(1), Duration.ofSeconds(5));
        int attempt = data.consumeInt(1, 100);
        Duration wait = policy.wait(attempt, data.consumeRemainingAsString());
        assertThat(wait == null || (!wait.isNegative() && wait.compareTo(Duration.ofSeconds(5)) <= 0))
                .isTrue();
    }

    @FuzzTest
    void challenges(FuzzedDataProvider data) {
        DigestAuth.Challenge challenge = DigestAuth.parse("Digest " + data.consumeRemainingAsString());
        if (challenge != null) {
            var digest = (DigestAuth) Auth.digest("http://h/", "user", "password");
            assertThat(digest.answered(ClientRequest.get("http://h/x"), challenge)
                            .headers()
                            .first("authorization"))
                    .startsWith("Digest username=\"user\"");
        }
    }

    @FuzzTest
    void mediaTypes(FuzzedDataProvider data) {
        String type = data.consumeRemainingAsString();
        MediaType.isJson(type);
        try {
            assertThat(MediaType.charsetOf(type)).isNotNull();
        } catch (UnsupportedCharsetException e) {
            assertThat(e.getCharsetName()).isNotNull();
        }
    }

    private static Socks5.Wire wire(byte[] answers) {
        var in = new ByteArrayInputStream(answers);
        return new Socks5.Wire() {
            @Override
            public void send(byte[] bytes) {
                assertThat(bytes.length).isBetween(3, 600);
            }

            @Override
            public byte[] read(int count) throws IOException {
                byte[] bytes = in.readNBytes(count);
                if (bytes.length < count) {
                    throw new EOFException("the proxy closed");
                }
                return bytes;
            }
        };
    }

    @FuzzTest
    void socks5(byte[] answers) throws IOException {
        try {
            Socks5.open(wire(answers), "h.test", 80, new ProxyServer.Credentials("u", "p"));
        } catch (Socks5.Refused | EOFException e) {
            assertThat(e.getMessage()).isNotBlank();
        }
    }

    @FuzzTest
    void socks4a(byte[] answers) throws IOException {
        try {
            Socks4a.open(wire(answers), "h.test", 80, null);
        } catch (Socks5.Refused | EOFException e) {
            assertThat(e.getMessage()).isNotBlank();
        }
    }
}
