package dev.weft.http.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TargetTest {
    @ParameterizedTest
    @CsvSource({
        "http://example.org, false, example.org, 80, example.org, /",
        "https://example.org, true, example.org, 443, example.org, /",
        "http://example.org:80/a?b=c#d, false, example.org, 80, example.org, /a?b=c",
        "https://example.org:8443?q, true, example.org, 8443, example.org:8443, /?q",
        "HTTP://EXAMPLE.org:81/A, false, example.org, 81, example.org:81, /A",
        "http://[::1]:8080/x, false, [::1], 8080, [::1]:8080, /x",
        "http://my_host:90/, false, my_host, 90, my_host:90, /",
        "http://bücher.example/straße, false, xn--bcher-kva.example, 80, xn--bcher-kva.example, /stra%C3%9Fe",
        "http://h//two, false, h, 80, h, //two",
        "http://h/%20, false, h, 80, h, /%20",
    })
    void aUrlIsTakenApart(String url, boolean tls, String host, int port, String header, String path) {
        Target target = Target.of(url);
        assertThat(target.origin()).isEqualTo(new Origin(tls, host, port));
        assertThat(target.hostHeader()).isEqualTo(header);
        assertThat(target.path()).isEqualTo(path);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "ftp://h/ | the scheme 'ftp'",
                "/only/a/path | no scheme",
                "http:///path | no host",
                "http://h:0/ | the port 0",
                "http://h:70000/ | the port 70000",
                "http://user:secret@h/ | credentials",
                "http://a b/ | no URL: Illegal character in authority at position",
                "mailto:a@b | the scheme 'mailto'",
                "http://:80/ | no host",
                "http:opaque | no host",
            })
    void aUrlThatCannotBeFetchedIsRefusedWithTheReason(String url, String reason) {
        assertThatThrownBy(() -> Target.of(url)).isInstanceOfSatisfying(RequestException.class, e -> {
            assertThat(e).hasMessageContaining(reason).hasMessageNotContaining("secret");
            assertThat(e.phase()).isEqualTo(RequestException.Phase.URL);
            assertThat(e.attempts()).isZero();
            assertThat(e.isTimeout()).isFalse();
        });
    }

    @ParameterizedTest
    @CsvSource({
        "http://h/a/b?x, c, http://h/a/c",
        "http://h/a/b?x, /c, http://h/c",
        "http://h/a/b?x, ?y, http://h/a/b?y",
        "http://h, c, http://h/c",
        "http://h/a, //other:81/z, http://other:81/z",
        "http://h/a, https://h2/, https://h2/",
        "http://h/a/b/, ../c, http://h/a/c",
    })
    void aRedirectLeadsWhereTheStandardSays(String from, String location, String to) {
        assertThat(Target.of(from).follow(location).uri()).isEqualTo(URI.create(to));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a\u2100b.example", // a/cb.example
                "evil.example\uFF0F.good.example",
                "user\uFF20good.example",
                "good\u00B4.example" // a space
            })
    void aNameThatEndsElsewhereInAsciiIsNone(String host) {
        for (String url : new String[] {"http://" + host + "/", "http://_" + host + ":80/x"}) {
            assertThatThrownBy(() -> Target.of(url))
                    .isInstanceOf(RequestException.BadUrl.class)
                    .hasMessageContaining("is no name: in ASCII it is");
        }
    }

    @Test
    @DisplayName("H012 a redirect to another scheme is refused")
    void aRedirectToAnotherSchemeIsRefused() {
        assertThatThrownBy(() -> Target.of("http://h/").follow("file:///etc/passwd"))
                .isInstanceOf(RequestException.class)
                .hasMessageContaining("'file'");
    }

    @Test
    void aRedirectToNoUrlIsRefusedWithTheOneThatRedirected() {
        assertThatThrownBy(() -> Target.of("http://h/x").follow("http://a b"))
                .isInstanceOf(RequestException.class)
                .hasMessageContaining("http://h/x")
                .hasMessageContaining("redirects to 'http://a b', which is no URL");
    }
}
