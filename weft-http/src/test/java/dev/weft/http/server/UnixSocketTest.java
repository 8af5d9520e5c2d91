package dev.weft.http.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.http.HttpException;
import dev.weft.http.HttpVersion;
import dev.weft.http.Platform;
import dev.weft.http.client.ClientSession;
import dev.weft.http.client.RequestException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** HTTP over Unix-domain sockets. */
@ParameterizedClass
@EnumSource(Platform.class)
@Timeout(60)
class UnixSocketTest {
    @TempDir
    Path directory;

    @Parameter
    Platform platform;

    @BeforeEach
    void skipWhatThisSystemHasNotGot() {
        platform.assumeAvailable();
    }

    @Test
    void bothVersionsGoOverASocketWhoseFileComesAndGoes() throws Exception {
        Path path = directory.resolve("http");
        List<String> log = new ArrayList<>();
        platform.run(() -> {
            for (int i = 0; i < 2; i++) { // the second one finds the place free
                try (var server = HttpServer.builder()
                                .unixSocket(path)
                                .accessLog(entry -> log.add(entry.client().getHostString()))
                                .open(request -> Response.text(request.headers().first("host") + request.path() + " "
                                        + request.client().getHostString()));
                        var old = ClientSession.builder().unixSocket(path).open();
                        var modern = ClientSession.builder()
                                .unixSocket(path)
                                .version(HttpVersion.HTTP_2)
                                .open()) {
                    assertThat(old.get("http://somewhere/a").text()).isEqualTo("somewhere/a unix");
                    assertThat(modern.get(server.uri() + "b").text()).isEqualTo("localhost/b unix");
                    assertThat(modern.get(server.uri() + "b").version()).isEqualTo(HttpVersion.HTTP_2);
                    assertThatThrownBy(server::port)
                            .isInstanceOf(IllegalStateException.class)
                            .hasMessageContaining(path.toString());
                    assertThatThrownBy(
                                    () -> HttpServer.builder().unixSocket(path).open(request -> null))
                            .isInstanceOf(HttpException.class)
                            .hasMessageContaining("somebody listens there");
                    assertThat(server.toString()).contains("unix:" + path);
                }
                assertThat(Files.exists(path)).isFalse();
            }
            try (var nobody = ClientSession.builder().unixSocket(path).open()) {
                assertThatThrownBy(() -> nobody.get("http://x/"))
                        .isInstanceOf(RequestException.CannotConnect.class)
                        .hasMessageContaining("unix:" + path);
            }
        });
        assertThat(log).hasSize(6).containsOnly("unix");
    }
}
