package dev.weft.http.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.Weft;
import dev.weft.http.Platform;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** What goes over the wire of answers whose body is in memory, byte for byte. */
@ParameterizedClass
@EnumSource(Platform.class)
@Timeout(60)
class AnswerBytesTest extends PlatformCase {
    private static final String DATE = "date: [A-Z][a-z]{2}, \\d\\d [A-Z][a-z]{2} \\d{4} \\d\\d:\\d\\d:\\d\\d GMT";

    /** {@return what is answered, with a word for the date} */
    private String answerTo(String method, String version, Response response) throws Exception {
        var answer = new StringBuilder();
        platform.run(() -> {
            try (var server = HttpServer.open(_ -> response)) {
                answer.append(Weft.offload(() -> exchange(server, method, version)));
            }
        });
        return answer.toString().replaceFirst(DATE, "date: TODAY");
    }

    private static String exchange(HttpServer server, String method, String version) throws IOException {
        return RawClient.exchange(server, method + " / " + version + "\r\nHost: h\r\nConnection: close\r\n\r\n");
    }

    @Test
    void aHandlersFieldsComeFirstAndAreSpelledAsItSpelledThem() throws Exception {
        assertThat(answerTo("GET", "HTTP/1.1", Response.text("hello").withHeader("X-Own", "caf\u00e9 \u20ac")))
                .isEqualTo("HTTP/1.1 200 OK\r\ncontent-type: text/plain; charset=utf-8\r\nX-Own: caf\u00e9 ?\r\n"
                        + "content-length: 5\r\ndate: TODAY\r\nconnection: close\r\n\r\nhello");
    }

    @Test
    void aHandlerDoesNotSayHowItsAnswerIsCarried() throws Exception {
        Response misleading = Response.status(201)
                .withHeader("Content-Length", "99")
                .withHeader("Transfer-Encoding", "chunked")
                .withHeader("Date", "tomorrow")
                .withHeader("Connection", "keep-alive");
        assertThat(answerTo("GET", "HTTP/1.1", misleading))
                .isEqualTo("HTTP/1.1 201 Created\r\ncontent-length: 0\r\ndate: TODAY\r\nconnection: close\r\n\r\n");
    }

    @Test
    void someStatusesHaveNoBody() throws Exception {
        assertThat(answerTo("GET", "HTTP/1.1", Response.of("a/b", new byte[3]).withStatus(204)))
                .isEqualTo("HTTP/1.1 204 No Content\r\ncontent-type: a/b\r\ndate: TODAY\r\nconnection: close\r\n\r\n");
        assertThat(answerTo("GET", "HTTP/1.1", Response.of("a/b", new byte[3]).withStatus(205)))
                .isEqualTo("HTTP/1.1 205 Reset Content\r\ncontent-type: a/b\r\ncontent-length: 0\r\ndate: TODAY\r\n"
                        + "connection: close\r\n\r\n");
        assertThat(answerTo("GET", "HTTP/1.1", Response.of("a/b", new byte[3]).withStatus(304)))
                .isEqualTo("HTTP/1.1 304 Not Modified\r\ncontent-type: a/b\r\ncontent-length: 3\r\ndate: TODAY\r\n"
                        + "connection: close\r\n\r\n");
    }

    @Test
    void aHeadIsAnsweredWithTheHeaderOfAGet() throws Exception {
        Response endless = Response.stream("a/b", out -> out.write(1));
        assertThat(answerTo("HEAD", "HTTP/1.1", endless))
                .isEqualTo("HTTP/1.1 200 OK\r\ncontent-type: a/b\r\ndate: TODAY\r\ntransfer-encoding: chunked\r\n"
                        + "connection: close\r\n\r\n");
        assertThat(answerTo("HEAD", "HTTP/1.0", endless)).doesNotContain("chunked");
        assertThat(answerTo("HEAD", "HTTP/1.1", Response.text("hello"))).contains("content-length: 5\r\n");
    }

    @Test
    void anOldClientIsToldThatItsConnectionIsKept() throws Exception {
        platform.run(() -> {
            try (var server = HttpServer.open(_ -> Response.status(299))) {
                Weft.offload(() -> {
                    try (var client = new RawClient(server)) {
                        for (int i = 0; i < 2; i++) {
                            client.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
                            assertThat(client.response())
                                    .startsWith("http/1.1 299 ")
                                    .endsWith("\r\nconnection: keep-alive\r\n\r\n");
                        }
                    }
                    return null;
                });
            }
        });
    }

    @Test
    void anAnswerThatDoesNotFitTheSharedBufferArrivesWhole() throws Exception {
        for (int length : new int[] {4_000, 4_096, 5_000, 65_536}) {
            String body = "x".repeat(length - 1) + "!";
            assertThat(answerTo("GET", "HTTP/1.1", Response.text(body)))
                    .contains("content-length: " + length + "\r\n")
                    .endsWith("\r\n\r\n" + body);
        }
        String value = "v".repeat(20_000);
        assertThat(answerTo("GET", "HTTP/1.1", Response.text("hi").withHeader("X-Long", value)))
                .contains("\r\nX-Long: " + value + "\r\n")
                .endsWith("\r\n\r\nhi");
    }
}
