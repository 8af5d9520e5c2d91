package dev.weft.http.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.Weft;
import dev.weft.http.HttpVersion;
import dev.weft.http.Keys;
import dev.weft.http.client.BlackHole;
import dev.weft.http.client.ClientSession;
import dev.weft.http.client.RequestException;
import dev.weft.net.Resolver;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A session reaches a server of which only some addresses answer. */
@Timeout(60)
class AddressesTest {
    private static Resolver resolver(String... addresses) {
        return host -> List.of(addresses).stream().map(InetAddress::ofLiteral).toList();
    }

    @Test
    void anAddressThatDoesNotAnswerIsNotWaitedFor() throws Exception {
        try (var silent = new BlackHole()) {
            int port = silent.address().getPort();
            Weft.run(() -> {
                try (var server = HttpServer.builder()
                                .host("127.0.0.2")
                                .port(port)
                                .open(request -> Response.text("reached"));
                        var session = ClientSession.builder()
                                .resolver(resolver("127.0.0.1", "127.0.0.2"))
                                .open();
                        var modern = ClientSession.builder()
                                .version(HttpVersion.HTTP_2)
                                .resolver(resolver("127.0.0.1", "127.0.0.2"))
                                .open()) {
                    assertThat(session.get("http://somewhere:" + port + "/").text())
                            .isEqualTo("reached");
                    assertThat(session.connections().open()).isEqualTo(1);
                    assertThat(modern.get("http://somewhere:" + port + "/").text())
                            .isEqualTo("reached");
                    assertThat(server.connections()).isEqualTo(2);
                }
            });
        }
    }

    @Test
    void tlsBeginsOnTheAddressThatAnswers(@TempDir Path directory) throws Exception {
        Keys keys = Keys.make(directory);
        Weft.run(() -> {
            try (var server = HttpServer.builder().tls(keys.context()).open(request -> Response.text("reached"));
                    var session = ClientSession.builder()
                            .tls(keys.context())
                            .resolver(resolver("127.0.0.2", "127.0.0.1"))
                            .open()) {
                assertThat(session.get(server.uri().toString()).version()).isEqualTo(HttpVersion.HTTP_2);
            }
        });
    }

    @Test
    void ifNoneAnswersTheLastSaysWhy() throws Exception {
        Weft.run(() -> {
            int free;
            try (var server = HttpServer.open(request -> Response.text("gone"))) {
                free = server.port();
            }
            try (var session = ClientSession.builder()
                    .resolver(resolver("127.0.0.2", "127.0.0.3", "127.0.0.1"))
                    .open()) {
                assertThatThrownBy(() -> session.get("http://somewhere:" + free + "/"))
                        .isInstanceOf(RequestException.CannotConnect.class)
                        .hasMessageContaining("refused")
                        .hasMessageContaining("the other addresses of the host, 2 of them, failed before")
                        .hasMessageContaining("127.0.0.1:" + free);
                assertThat(session.connections().open()).isZero();
            }
        });
    }
}
