package dev.weft.http.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.ZstdOutputStreamNoFinalizer;
import dev.weft.http.ContentCoding;
import dev.weft.http.Fuzz;
import dev.weft.http.netty.ContentCodings;
import dev.weft.http.server.HttpServer;
import dev.weft.http.server.Response;
import dev.weft.testing.ClockMode;
import dev.weft.testing.LoopTest;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** br, zstd and gzip, each whole, broken, cut off and as a bomb. */
@Timeout(60)
class CodingsTest {

    private static List<ContentCoding> codings() {
        return ContentCodings.installed().stream()
                .filter(ContentCoding::canEncode)
                .toList();
    }

    private static byte[] encoded(ContentCoding coding, byte[] bytes) throws IOException {
        var out = new ByteArrayOutputStream();
        try (OutputStream encoder = coding.encode(out)) {
            encoder.write(bytes);
        }
        return out.toByteArray();
    }

    @LoopTest(clock = ClockMode.REAL)
    void theSessionAsksForWhatIsThereAndUndoesIt() throws Exception {
        byte[] text = "hello ".repeat(100_000).getBytes(StandardCharsets.US_ASCII);
        try (var server = HttpServer.open(request -> {
                    String wanted = request.parameter("coding");
                    for (ContentCoding coding : codings()) {
                        if (coding.name().equals(wanted)) {
                            return Response.of("a/b", encoded(coding, text)).withHeader("Content-Encoding", wanted);
                        }
                    }
                    return Response.text(request.headers().first("accept-encoding"));
                });
                var session = ClientSession.open()) {
            assertThat(session.get(server.uri()).text()).isEqualTo("zstd, br, gzip, deflate");
            for (ContentCoding coding : codings()) {
                assertThat(session.get(server.uri() + "?coding=" + coding.name())
                                .bytes())
                        .as(coding.name())
                        .isEqualTo(text);
            }
        }
    }

    @LoopTest(clock = ClockMode.REAL)
    void bombsAreCutOffAtTheLimitOnBothSides() throws Exception {
        for (ContentCoding coding : codings()) {
            byte[] bomb = encoded(coding, new byte[50_000_000]);
            assertThat(bomb.length).isLessThan(60_000);
            try (var server = HttpServer.open(request -> request.method().equals("GET")
                            ? Response.of("a/b", bomb).withHeader("Content-Encoding", coding.name())
                            : Response.text("" + request.bytes().length));
                    var session = ClientSession.builder().maxBodySize(1_000_000).open()) {
                assertThatThrownBy(() -> session.get(server.uri()))
                        .as(coding.name())
                        .isInstanceOf(RequestException.TooLarge.class)
                        .hasMessageContaining("1000000 bytes, decompressed");
                var upload = ClientRequest.post(server.uri().toString(), RequestBody.bytes("a/b", bomb))
                        .header("Content-Encoding", coding.name());
                assertThat(session.send(upload).status()).as(coding.name()).isEqualTo(413);
            }
        }
    }

    @LoopTest(clock = ClockMode.REAL)
    void whatIsBrokenOrCutOffIsRefusedOnBothSides() throws Exception {
        byte[] text = "hello ".repeat(1_000).getBytes(StandardCharsets.US_ASCII);
        for (ContentCoding coding : codings()) {
            byte[] good = encoded(coding, text);
            for (byte[] bad :
                    List.of(Arrays.copyOf(good, good.length - 5), "hello".getBytes(StandardCharsets.US_ASCII))) {
                try (var server = HttpServer.open(request -> request.method().equals("GET")
                                ? Response.of("a/b", bad).withHeader("Content-Encoding", coding.name())
                                : Response.text(request.text()));
                        var session = ClientSession.open()) {
                    assertThatThrownBy(() -> session.get(server.uri()))
                            .as(coding.name())
                            .isInstanceOf(RequestException.Malformed.class)
                            .hasMessageContaining("not well-formed " + coding.name());
                    var upload = ClientRequest.post(server.uri().toString(), RequestBody.bytes("a/b", bad))
                            .header("Content-Encoding", coding.name());
                    assertThat(session.send(upload).status()).as(coding.name()).isEqualTo(400);
                }
            }
        }
    }

    /** A frame may ask its reader for a window of 2 GiB. */
    @LoopTest(clock = ClockMode.REAL)
    void aZstdFrameThatAsksForALargeWindowIsRefused() throws Exception {
        var out = new ByteArrayOutputStream();
        try (var encoder = new ZstdOutputStreamNoFinalizer(out, 1).setWindowLog(24)) {
            encoder.write(new byte[100_000]);
        }
        try (var server = HttpServer.open(
                        request -> Response.of("a/b", out.toByteArray()).withHeader("Content-Encoding", "zstd"));
                var session = ClientSession.open()) {
            assertThatThrownBy(() -> session.get(server.uri()))
                    .isInstanceOf(RequestException.Malformed.class)
                    .hasMessageContaining("not well-formed zstd");
        }
    }

    @Test
    void whateverComesIsDecodedOrRefused() {
        Fuzz.cases(300, random -> {
            byte[] text = Fuzz.text(random, 200, "ab", "hello", "\n").getBytes(StandardCharsets.UTF_8);
            for (ContentCoding coding : codings()) {
                byte[] good = encoded(coding, text);
                try (InputStream decoded = coding.decode(Fuzz.inPieces(random, good))) {
                    assertThat(decoded.readAllBytes()).isEqualTo(text);
                }
                byte[] bytes = Fuzz.mutated(random, good);
                try (InputStream decoded = coding.decode(new ByteArrayInputStream(bytes))) {
                    decoded.readNBytes(1_000_000);
                } catch (IOException e) {
                    assertThat(e).isNotNull();
                }
            }
        });
    }
}
