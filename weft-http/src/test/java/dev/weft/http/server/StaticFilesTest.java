package dev.weft.http.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.Weft;
import dev.weft.http.client.ClientRequest;
import dev.weft.http.client.ClientResponse;
import dev.weft.http.client.ClientSession;
import dev.weft.testing.ClockMode;
import dev.weft.testing.LoopTest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class StaticFilesTest {
    @TempDir
    Path temporary;

    private Path root;

    @BeforeEach
    void makeFiles() throws IOException {
        root = Files.createDirectories(temporary.resolve("root"));
        Files.writeString(temporary.resolve("secret.txt"), "secret");
        Files.writeString(root.resolve("a.txt"), "0123456789");
        Files.writeString(root.resolve("index.html"), "<p>index");
        Files.writeString(root.resolve(".htpasswd"), "secret");
        Files.createDirectories(root.resolve("sub"));
        Files.writeString(root.resolve("sub/b c.bin"), "b");
        Files.createSymbolicLink(root.resolve("link.txt"), temporary.resolve("secret.txt"));
        Files.createSymbolicLink(root.resolve("up"), temporary);
        Files.write(root.resolve("big.bin"), new byte[300_000]);
    }

    private HttpServer open() {
        return HttpServer.open(new Router().mount("/files", StaticFiles.of(root).precompressed()));
    }

    @LoopTest(clock = ClockMode.REAL)
    void filesAreServedWithTypeLengthAndTag() {
        try (var server = open();
                var session =
                        ClientSession.builder().base(server.uri() + "files/").open()) {
            ClientResponse text = session.get("a.txt");
            assertThat(text.text()).isEqualTo("0123456789");
            assertThat(text.headers().first("content-type")).isEqualTo("text/plain; charset=utf-8");
            assertThat(text.headers().first("content-length")).isEqualTo("10");
            assertThat(session.get("").text()).isEqualTo("<p>index");
            assertThat(session.get("sub/b%20c.bin").text()).isEqualTo("b");
            assertThat(session.get("big.bin").bytes()).hasSize(300_000);
            ClientResponse head = session.send(ClientRequest.of("HEAD", "big.bin"));
            assertThat(head.headers().first("content-length")).isEqualTo("300000");
            assertThat(head.bytes()).isEmpty();
            assertThat(session.get("sub").status()).isEqualTo(404);
            assertThat(session.get("none.txt").status()).isEqualTo(404);
            assertThat(session.send(ClientRequest.of("POST", "a.txt")).status()).isEqualTo(405);
        }
    }

    @LoopTest(clock = ClockMode.REAL)
    void nothingLeadsOutOfTheDirectory() throws Exception {
        try (var server = open()) {
            for (String path : new String[] {
                "/files/../secret.txt",
                "/files/sub/../../secret.txt",
                "/files/%2e%2e/secret.txt",
                "/files/%2E%2E%2Fsecret.txt",
                "/files/..%2fsecret.txt",
                "/files/..%5csecret.txt",
                "/files/%252e%252e/secret.txt",
                "/files/%c0%ae%c0%ae/secret.txt",
                "/files/....//secret.txt",
                "/files//etc/passwd",
                "/files/" + temporary.resolve("secret.txt").toString().replace("/", "%2f"),
                "/files/link.txt",
                "/files/up/secret.txt",
                "/files/up/root/a.txt",
                "/files/.htpasswd",
                "/files/a.txt%00.html",
                "/files/a.txt/",
                "/files/./a.txt",
                "/files/C:%5csecret.txt",
                "/files",
            }) {
                String response = Weft.offload(() -> RawClient.exchange(
                        server, "GET " + path + " HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"));
                assertThat(response)
                        .as(path)
                        .startsWith("HTTP/1.1 40")
                        .doesNotContain("secret\n")
                        .doesNotContain("root:");
            }
        }
    }

    @LoopTest(clock = ClockMode.REAL)
    void partsAreServed() {
        try (var server = open();
                var session =
                        ClientSession.builder().base(server.uri() + "files/").open()) {
            String tag = String.valueOf(session.get("a.txt").headers().first("etag"));
            String[][] cases = {
                {"bytes=0-3", "206", "0123", "bytes 0-3/10"},
                {"bytes=8-", "206", "89", "bytes 8-9/10"},
                {"bytes=-3", "206", "789", "bytes 7-9/10"},
                {"bytes=5-100", "206", "56789", "bytes 5-9/10"},
                {"bytes=-100", "206", "0123456789", "bytes 0-9/10"},
                {"bytes=10-", "416", "", "bytes */10"},
                {"bytes=-0", "416", "", "bytes */10"},
                {"bytes=3-1", "200", "0123456789", null},
                {"bytes=0-1,3-4", "200", "0123456789", null},
                {"lines=1-2", "200", "0123456789", null},
            };
            for (String[] c : cases) {
                ClientResponse part = session.send(ClientRequest.get("a.txt").header("Range", c[0]));
                assertThat(part.status() + " " + part.text()).as(c[0]).isEqualTo(c[1] + " " + c[2]);
                assertThat(part.headers().first("content-range")).as(c[0]).isEqualTo(c[3]);
            }
            var ranged = ClientRequest.get("a.txt").header("Range", "bytes=1-1");
            assertThat(session.send(ranged.header("If-Range", tag)).status()).isEqualTo(206);
            assertThat(session.send(ranged.header("If-Range", "\"other\"")).status())
                    .isEqualTo(200);
        }
    }

    @LoopTest(clock = ClockMode.REAL)
    void whatTheClientHasIsNotSentAgain() {
        try (var server = open();
                var session =
                        ClientSession.builder().base(server.uri() + "files/").open()) {
            ClientResponse first = session.get("a.txt");
            String tag = String.valueOf(first.headers().first("etag"));
            String date = String.valueOf(first.headers().first("last-modified"));
            var get = ClientRequest.get("a.txt");
            assertThat(session.send(get.header("If-None-Match", "\"x\", W/" + tag))
                            .status())
                    .isEqualTo(304);
            assertThat(session.send(get.header("If-None-Match", "\"x\"")).status())
                    .isEqualTo(200);
            assertThat(session.send(get.header("If-Modified-Since", date)).status())
                    .isEqualTo(304);
            assertThat(session.send(get.header("If-Modified-Since", "Thu, 01 Jan 1970 00:00:00 GMT"))
                            .status())
                    .isEqualTo(200);
            assertThat(session.send(get.header("If-Modified-Since", "rubbish")).status())
                    .isEqualTo(200);
            assertThat(session.send(get.header("If-Match", "\"x\"")).status()).isEqualTo(412);
            assertThat(session.send(get.header("If-Match", tag)).status()).isEqualTo(200);
            assertThat(session.send(get.header("If-Unmodified-Since", "Thu, 01 Jan 1970 00:00:00 GMT"))
                            .status())
                    .isEqualTo(412);
        }
    }

    @LoopTest(clock = ClockMode.REAL)
    void aCompressedSiblingIsSentToWhoAcceptsIt() throws Exception {
        var zipped = new ByteArrayOutputStream();
        try (var gzip = new GZIPOutputStream(zipped)) {
            gzip.write("compressed".getBytes(StandardCharsets.US_ASCII));
        }
        Files.write(root.resolve("a.txt.gz"), zipped.toByteArray());
        try (var server = open();
                var session =
                        ClientSession.builder().base(server.uri() + "files/").open()) {
            ClientResponse response = session.get("a.txt");
            assertThat(response.text()).isEqualTo("compressed");
            assertThat(response.headers().first("content-encoding")).isEqualTo("gzip");
            assertThat(response.headers().first("content-type")).isEqualTo("text/plain; charset=utf-8");
            assertThat(response.headers().first("vary")).isEqualTo("Accept-Encoding");
            assertThat(session.send(ClientRequest.get("a.txt").header("Accept-Encoding", "gzip;q=0"))
                            .text())
                    .isEqualTo("0123456789");
        }
    }

    @LoopTest(clock = ClockMode.REAL)
    void aDirectoryThatIsNotThereIsSaidAtOnce() {
        assertThatThrownBy(() -> StaticFiles.of(temporary.resolve("none"))).hasMessageContaining("cannot be served");
    }
}
