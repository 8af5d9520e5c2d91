package dev.weft.cli.map;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Runs the real program against a server in this process that does as each test wants. */
@EnabledOnOs(OS.LINUX)
@Timeout(120)
class FetchIT extends Program {
    private static final byte[] LARGE = large();

    /** A request as it came. */
    private record Seen(String method, String path, Headers headers, String body) {}

    private final Queue<Seen> seen = new ConcurrentLinkedQueue<>();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private HttpServer server;
    private String base;

    private static byte[] large() {
        byte[] bytes = new byte[3 << 20];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) (i * 31 + (i >> 11));
        }
        return bytes;
    }

    /** What a path is answered with. */
    private interface Answer {
        void to(HttpExchange exchange) throws IOException;
    }

    @BeforeEach
    void serve() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.start();
        base = "http://127.0.0.1:" + server.getAddress().getPort();
    }

    @AfterEach
    void stop() {
        server.stop(0);
        threads.close();
    }

    private void on(String path, Answer answer) {
        server.createContext(path, exchange -> {
            try (exchange) {
                seen.add(new Seen(
                        exchange.getRequestMethod(),
                        exchange.getRequestURI().toString(),
                        exchange.getRequestHeaders(),
                        new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8)));
                answer.to(exchange);
            }
        });
    }

    private static void text(HttpExchange exchange, int status, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "text/plain");
        exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    @Test
    void bodiesGoToStandardOutputWholeAndInOrder() throws Exception {
        on("/", exchange -> text(exchange, 200, exchange.getRequestURI().getPath() + "\n"));
        String urls = String.join(
                "\n", IntStream.range(0, 50).mapToObj(i -> base + "/" + i).toList());

        assertThat(run(urls, "fetch", "-k", "-q")).as(err()).isZero();

        assertThat(out().lines())
                .containsExactlyElementsOf(
                        IntStream.range(0, 50).mapToObj(i -> "/" + i).toList());
        assertThat(outcomes()).hasSize(50);
    }

    @Test
    void jsonHasStatusTypeAndBody() throws Exception {
        on("/a", exchange -> text(exchange, 200, "é\n"));

        assertThat(run("", "fetch", "-q", "--json", base + "/a")).as(err()).isZero();

        JsonNode value = JsonMapper.shared().readTree(out()).get("value");
        assertThat(value.get("url").asString()).isEqualTo(base + "/a");
        assertThat(value.get("status").asInt()).isEqualTo(200);
        assertThat(value.get("type").asString()).isEqualTo("text/plain");
        assertThat(value.get("body").asString()).isEqualTo("é\n");
    }

    @Test
    void placesInUrlHeadersAndBodyAreFilledAndEncodedWhereTheyMustBe() throws Exception {
        on("/", exchange -> text(exchange, 200, "ok\n"));
        Files.writeString(directory.resolve("in.csv"), "city,key\nSão Paulo&x=1,k1\n");

        assertThat(run(
                        "",
                        "map",
                        "-q",
                        "--csv",
                        "in.csv",
                        "--fetch",
                        base + "/q?city={city}",
                        "--header",
                        "X-Key: {key}",
                        "--data",
                        "{\"city\":\"x\"}"))
                .as(err())
                .isZero();

        Seen request = seen.remove();
        assertThat(request.path).isEqualTo("/q?city=S%C3%A3o%20Paulo%26x%3D1");
        assertThat(request.headers.getFirst("X-Key")).isEqualTo("k1");
        assertThat(request.method).isEqualTo("POST");
        assertThat(request.body).isEqualTo("{\"city\":\"x\"}");
        assertThat(request.headers.getFirst("Content-Type")).isEqualTo("application/json");
    }

    @Test
    void anErrorStatusIsAFailureWithoutRetriesAndABusyServerIsAskedAgainWhenItSays() throws Exception {
        var tries = new AtomicInteger();
        on("/gone", exchange -> text(exchange, 404, "no"));
        on("/busy", exchange -> {
            if (tries.incrementAndGet() == 1) {
                exchange.getResponseHeaders().set("Retry-After", "1");
                text(exchange, 429, "later");
            } else {
                text(exchange, 200, "now\n");
            }
        });
        long begin = System.nanoTime();

        int code = run("", "fetch", "--retries", "3", "--backoff", "1ms", base + "/gone", base + "/busy");

        assertThat(code).isEqualTo(1);
        assertThat(System.nanoTime() - begin).as("it has waited").isGreaterThan(1_000_000_000L);
        assertThat(out()).isEqualTo("now\n");
        assertThat(err())
                .contains("weft: input 1 (" + base + "/gone): HTTP status 404")
                .contains("1 ok, 1 failed");
        assertThat(seen.stream().filter(request -> request.path.equals("/gone")))
                .hasSize(1);
        assertThat(outcomes().stream().filter(each -> each.get("index").asInt() == 1))
                .allMatch(each -> each.get("exit").asInt() == 404);
    }

    /** Answers with a part of the large body each time, and then breaks off, until a request asks for the end. */
    private Answer breakingOff(String tag) {
        return exchange -> {
            String range = exchange.getRequestHeaders().getFirst("Range");
            String same = exchange.getRequestHeaders().getFirst("If-Range");
            int from = range != null && tag.equals(same) ? Integer.parseInt(range.replaceAll("\\D", "")) : 0;
            exchange.getResponseHeaders().set("ETag", tag);
            if (from > 0) {
                exchange.getResponseHeaders()
                        .set("Content-Range", "bytes " + from + "-" + (LARGE.length - 1) + "/" + LARGE.length);
            }
            exchange.sendResponseHeaders(from > 0 ? 206 : 200, LARGE.length - from);
            int count = Math.min(LARGE.length - from, 1 << 20);
            exchange.getResponseBody().write(LARGE, from, count);
            exchange.getResponseBody().flush();
        };
    }

    @Test
    void aDownloadThatBreaksOffIsContinued() throws Exception {
        on("/large", breakingOff("\"v1\""));

        assertThat(run("", "fetch", "-q", "--json", "-o", "got", "--retries", "5", "--backoff", "1ms", base + "/large"))
                .as(err())
                .isZero();

        assertThat(directory.resolve("got")).hasBinaryContent(LARGE);
        JsonNode value = JsonMapper.shared().readTree(out()).get("value");
        assertThat(value.get("bytes").asInt()).isEqualTo(LARGE.length);
        assertThat(value.get("resumed").asInt()).isPositive();
        assertThat(seen.stream().skip(1)).allMatch(each -> each.headers.containsKey("Range"));
        assertThat(files()).containsExactlyInAnyOrder("got", "in", "out", "err", "runs");
    }

    @Test
    void inputsThatGoToOneFileAreFetchedOneByOneAndItIsOneOfThem() throws Exception {
        on("/", exchange -> {
            byte[] page = new byte[200_000];
            Arrays.fill(page, (byte) exchange.getRequestURI().getPath().charAt(1));
            exchange.sendResponseHeaders(200, page.length);
            exchange.getResponseBody().write(page);
        });
        String urls = String.join(
                "\n",
                IntStream.range(0, 16)
                        .mapToObj(i -> base + "/" + (char) ('a' + i))
                        .toList());

        assertThat(run(urls, "fetch", "-q", "-o", "got")).as(err()).isZero();

        byte[] got = Files.readAllBytes(directory.resolve("got"));
        byte[] one = new byte[200_000];
        Arrays.fill(one, got[0]);
        assertThat(got).isEqualTo(one);
        assertThat(files()).containsExactlyInAnyOrder("got", "in", "out", "err", "runs");
    }

    @Test
    void aPartOfAnotherVersionIsNotContinued() throws Exception {
        Files.write(directory.resolve("got.part"), new byte[] {1, 2, 3});
        Files.writeString(
                directory.resolve("got.part.json"), "{\"url\":\"" + base + "/large\",\"etag\":\"\\\"v0\\\"\"}\n");
        on("/large", exchange -> {
            exchange.getResponseHeaders().set("ETag", "\"v1\"");
            exchange.sendResponseHeaders(200, LARGE.length);
            exchange.getResponseBody().write(LARGE);
        });

        assertThat(run("", "fetch", "-q", "-o", "got", base + "/large"))
                .as(err())
                .isZero();

        assertThat(seen.remove().headers.getFirst("If-Range")).isEqualTo("\"v0\"");
        assertThat(directory.resolve("got")).hasBinaryContent(LARGE);
        assertThat(out()).isEqualTo("got\n");
    }

    @Test
    void aKilledRunIsResumedWhereItsDownloadBrokeOff() throws Exception {
        on("/large", breakingOff("\"v1\""));
        assertThat(run("", "fetch", "-o", "got", base + "/large")).isEqualTo(1);
        assertThat(directory.resolve("got")).doesNotExist();
        assertThat(Files.size(directory.resolve("got.part"))).isPositive();

        assertThat(run("", "rerun")).isEqualTo(1);
        assertThat(run("", "rerun")).as(err()).isZero();

        assertThat(directory.resolve("got")).hasBinaryContent(LARGE);
    }

    @Test
    void whatHasNotChangedIsNotFetchedAgain() throws Exception {
        on("/page", exchange -> {
            exchange.getResponseHeaders().set("ETag", "\"v1\"");
            if ("\"v1\"".equals(exchange.getRequestHeaders().getFirst("If-None-Match"))) {
                exchange.sendResponseHeaders(304, -1);
            } else {
                text(exchange, 200, "page");
            }
        });
        List<String> words = List.of("fetch", "-q", "--json", "-o", "page", "--if-changed", base + "/page");

        assertThat(run("", words.toArray(String[]::new))).as(err()).isZero();
        assertThat(JsonMapper.shared().readTree(out()).at("/value/unchanged").asBoolean())
                .isFalse();
        assertThat(run("", words.toArray(String[]::new))).as(err()).isZero();

        assertThat(JsonMapper.shared().readTree(out()).at("/value/unchanged").asBoolean())
                .isTrue();
        assertThat(directory.resolve("page")).hasContent("page");
    }

    @Test
    void aDirectoryHasFilesNamedAfterHostAndPathAndNoneOutsideOfIt() throws Exception {
        on("/", exchange -> text(exchange, 200, "x"));

        assertThat(run(
                        "",
                        "fetch",
                        "-q",
                        "-k",
                        "-o",
                        "pages/",
                        base + "/",
                        base + "/a/b.html?q=/../x",
                        base + "/%2e%2e/../c"))
                .as(err())
                .isZero();

        assertThat(out().lines())
                .allMatch(line -> line.startsWith("pages/127.0.0.1_")
                        && directory.resolve(line).normalize().startsWith(directory.resolve("pages")));
        assertThat(out()).contains("/index.html\n").contains("/a/b.html?q=%2F..%2Fx\n");
    }

    @Test
    void aHostIsNotAskedMoreOftenAtOnceThanIsAllowed() throws Exception {
        var now = new AtomicInteger();
        var most = new AtomicInteger();
        on("/", exchange -> {
            most.accumulateAndGet(now.incrementAndGet(), Math::max);
            Thread.yield();
            now.decrementAndGet(); // before it can be answered by another request
            text(exchange, 200, "x");
        });

        assertThat(run(
                        numbers(60).indent(0).replaceAll("(?m)^", base + "/").replaceAll(base + "/$", ""),
                        "fetch",
                        "-q",
                        "-j",
                        "30",
                        "--per-host",
                        "2"))
                .isZero();

        assertThat(most.get()).isBetween(1, 2);
        assertThat(seen).hasSize(60);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "fetch --no-such x              | unknown option '--no-such'",
                "fetch --rate fast http://x/    | --rate expects a number of requests to a host in some time",
                "fetch --header nonsense http://x/ | --header expects 'Name: value', found 'nonsense'",
                "fetch --if-changed http://x/   | --if-changed compares with files that are here, and needs --output",
                "fetch --java A.java::m http://x/ | --java is not for requests, which --fetch makes",
                "map --fetch http://x/{} echo   | --fetch makes requests, and there is no command to run, found 'echo'",
                "map --output x echo ::: a      | --output is for requests: weft fetch, or weft map --fetch URL",
            })
    void whatIsWrongIsSaidInALine(String line, String message) throws Exception {
        assertThat(run("", line.strip().split(" +"))).isEqualTo(2);
        assertThat(err()).startsWith("weft: " + message).hasLineCount(1);
    }

    @Test
    void whatIsNoUrlFailsAlone() throws Exception {
        on("/", exchange -> text(exchange, 200, "x\n"));

        assertThat(run("", "fetch", "nonsense", "ftp://h/", base + "/", "http://a b/"))
                .isEqualTo(1);

        assertThat(out()).isEqualTo("x\n");
        assertThat(err())
                .contains("weft: input 1 (nonsense): expected a URL with http or https and a host")
                .contains("weft: input 4 (http://a b/): expected a URL, found 'http://a b/'")
                .contains("1 ok, 3 failed");
    }

    private List<String> files() throws IOException {
        return Arrays.stream(directory.toFile().list()).toList();
    }
}
