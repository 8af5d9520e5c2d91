package dev.weft.http.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CookieJarTest {
    @TempDir
    Path directory;

    private static CookieJar after(String url, String... setCookies) {
        var jar = CookieJar.empty();
        jar.receive(URI.create(url), List.of(setCookies));
        return jar;
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            nullValues = "-",
            value = {
                "host only | http://a.example.org/ | a=1 | http://a.example.org/ | a=1",
                "host only, elsewhere | http://a.example.org/ | a=1 | http://b.a.example.org/ | -",
                "domain | http://a.example.org/ | a=1; Domain=example.org | http://b.example.org/ | a=1",
                "domain with dot | http://a.example.org/ | a=1; Domain=.Example.org | http://example.org/ | a=1",
                "own domain | http://a.example.org/ | a=1; Domain=a.example.org | http://b.a.example.org/ | a=1",
                "domain of a stranger | http://a.example.org/ | a=1; Domain=example.com | http://example.com/ | -",
                "domain below | http://example.org/ | a=1; Domain=a.example.org | http://a.example.org/ | -",
                "suffix of a name is no domain | http://badexample.org/ | a=1; Domain=example.org | http://example.org/ | -",
                "public suffix | http://a.co.uk/ | a=1; Domain=co.uk | http://b.co.uk/ | -",
                "top level | http://a.org/ | a=1; Domain=org | http://b.org/ | -",
                "private public suffix | http://me.github.io/ | a=1; Domain=github.io | http://you.github.io/ | -",
                "default path | http://h.org/x/y | a=1 | http://h.org/x/z | a=1",
                "default path, elsewhere | http://h.org/x/y | a=1 | http://h.org/z | -",
                "path | http://h.org/ | a=1; Path=/x | http://h.org/x/y?z | a=1",
                "path is no prefix of a name | http://h.org/ | a=1; Path=/x | http://h.org/xy | -",
                "secure over plain | http://h.org/ | a=1; Secure | https://h.org/ | -",
                "secure sent in the open | https://h.org/ | a=1; Secure | http://h.org/ | -",
                "secure | https://h.org/ | a=1; Secure | https://h.org/ | a=1",
                "quotes are given back | http://h.org/ | a=\"x y\" | http://h.org/ | a=\"x y\"",
                "over | http://h.org/ | a=1; Max-Age=0 | http://h.org/ | -",
                "long over | http://h.org/ | a=1; Expires=Thu, 01 Jan 1970 00:00:00 GMT | http://h.org/ | -",
                "secure prefix | http://h.org/ | __Secure-a=1 | http://h.org/ | -",
                "host prefix | https://h.org/ | __Host-a=1; Secure; Path=/; Domain=h.org | https://h.org/ | -",
                "port does not matter | http://h.org:81/ | a=1 | http://h.org:82/ | a=1",
            })
    void cookiesReach(String what, String from, String setCookie, String to, String header) {
        assertThat(after(from, setCookie).header(URI.create(to))).as(what).isEqualTo(header);
    }

    @Test
    @DisplayName("H037 domain cookies are not sent to an address, nor taken from one")
    void addresses() {
        assertThat(after("http://127.0.0.1/", "a=1").header(URI.create("http://127.0.0.1/")))
                .isEqualTo("a=1");
        assertThat(after("http://127.0.0.1/", "a=1; Domain=0.0.1").header(URI.create("http://127.0.0.1/")))
                .isNull();
        assertThat(after("http://x.0.0.1.org/", "a=1; Domain=0.1.org").header(URI.create("http://127.0.0.1/")))
                .isNull();
        assertThat(after("http://127.0.0.1/", "a=1; Domain=127.0.0.1").header(URI.create("http://127.0.0.1/")))
                .isEqualTo("a=1");
    }

    @Test
    void longerPathsComeFirstAndNewValuesReplaceOldOnes() {
        var jar = after("http://h.org/x/", "a=1; Path=/", "b=2; Path=/x", "a=3; Path=/", "c=4; Path=/");
        assertThat(jar.header(URI.create("http://h.org/x"))).isEqualTo("b=2; a=3; c=4");
        assertThat(jar.size()).isEqualTo(3);
    }

    @Test
    void whatWasSetInSecretIsNotOverwrittenInTheOpen() {
        var jar = after("https://h.org/", "a=1; Secure");
        jar.receive(URI.create("http://h.org/"), List.of("a=2"));
        assertThat(jar.header(URI.create("https://h.org/"))).isEqualTo("a=1");
    }

    @Test
    void aServerCannotFillTheJar() {
        var jar = CookieJar.empty();
        for (int i = 0; i < 1_000; i++) {
            jar.receive(URI.create("http://h.org/"), List.of("c" + i + "=1", "x=" + "y".repeat(5_000)));
        }
        assertThat(jar.size()).isEqualTo(180);
    }

    @Test
    void savedAndLoadedItIsTheSame() throws Exception {
        var jar = after(
                "https://a.example.org/x/",
                "a=\"1\"; Domain=example.org; Max-Age=1000; HttpOnly",
                "b=2; Secure",
                "c=3; Path=/");
        Path file = directory.resolve("cookies.txt");
        jar.save(file);
        CookieJar loaded = CookieJar.load(file);
        for (String url : new String[] {"https://a.example.org/x/", "http://example.org/x", "http://a.example.org/"}) {
            assertThat(loaded.header(URI.create(url))).as(url).isEqualTo(jar.header(URI.create(url)));
        }
        assertThat(Files.readString(file)).contains("#HttpOnly_.example.org\tTRUE\t/x\tFALSE\t");
        assertThat(Files.getPosixFilePermissions(file)).hasSize(2);
        Files.writeString(file, "# c\nno cookie\n");
        assertThatThrownBy(() -> CookieJar.load(file))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("line 2 of " + file + " is no cookie");
    }
}
