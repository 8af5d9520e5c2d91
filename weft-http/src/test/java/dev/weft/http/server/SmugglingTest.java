package dev.weft.http.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.Weft;
import dev.weft.testing.ClockMode;
import dev.weft.testing.LoopTest;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Timeout;

/**
 * Requests that two servers in a row could read in two ways (RFC 9112, section 11.2). Each is followed by a second one
 * on the same connection: after a refusal nothing of it may be taken for a request.
 */
@Timeout(120)
class SmugglingTest {
    private static final String GET = "GET / HTTP/1.1\r\nHost: h\r\n";
    private static final String POST = "POST / HTTP/1.1\r\nHost: h\r\n";
    private static final String CHUNKS = POST + "Transfer-Encoding: chunked\r\n\r\n";
    private static final String NEXT = "GET /next HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";

    private final List<String> seen = new ArrayList<>();

    private Response note(Request request) {
        String body = request.text();
        seen.add(request.method() + " " + request.path() + " "
                + request.headers().all("x") + " " + body);
        return Response.text("ok");
    }

    /** {@return the status codes of what came back} */
    private static List<Integer> statuses(HttpServer server, String request) throws Exception {
        String answers = Weft.offload(() -> RawClient.exchange(server, request + NEXT));
        List<Integer> statuses = new ArrayList<>();
        for (String answer : answers.split("HTTP/1\\.1 ", -1)) {
            if (answer.matches("(?s)\\d{3} .*")) {
                statuses.add(Integer.valueOf(answer.substring(0, 3)));
            }
        }
        return statuses;
    }

    private void allAreRefused(Map<String, String> requests) throws Exception {
        var softly = new SoftAssertions();
        try (var server = HttpServer.open(this::note)) {
            for (Map.Entry<String, String> request : requests.entrySet()) {
                seen.clear();
                softly.assertThat(statuses(server, request.getValue()))
                        .as(request.getKey())
                        .containsExactly(400);
                softly.assertThat(seen).as(request.getKey()).isEmpty();
            }
        }
        softly.assertAll();
    }

    private void eachIsOne(Map<String, String> requests) throws Exception {
        var softly = new SoftAssertions();
        try (var server = HttpServer.open(this::note)) {
            for (Map.Entry<String, String> request : requests.entrySet()) {
                seen.clear();
                softly.assertThat(statuses(server, request.getKey()))
                        .as(request.getValue())
                        .containsExactly(200, 200);
                softly.assertThat(seen).as(request.getKey()).containsExactly(request.getValue(), "GET /next [] ");
            }
        }
        softly.assertAll();
    }

    @LoopTest(clock = ClockMode.REAL)
    void lengthsThatAreInDoubtAreRefused() throws Exception {
        Map<String, String> cases = new LinkedHashMap<>();
        cases.put("both", POST + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n");
        cases.put(
                "both, the other way round", POST + "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n");
        cases.put("two lengths", POST + "Content-Length: 1\r\nContent-Length: 0\r\n\r\nx");
        cases.put("twice the same", POST + "Content-Length: 1\r\nContent-Length: 1\r\n\r\nx");
        cases.put("a list", POST + "Content-Length: 1, 1\r\n\r\nx");
        for (String length : List.of(
                "-1", "+1", "0x1", "1 1", "1.0", "1;", "", "1_0", "1e0", "\u000b1", "\u00b2", "99999999999999999999")) {
            cases.put("length '" + length + "'", POST + "Content-Length: " + length + "\r\n\r\nx");
        }
        for (String coding : List.of(
                "\u000bchunked",
                "xchunked",
                "chunkedx",
                "\"chunked\"",
                "chunked;q=1",
                "chunked, identity",
                "identity, chunked",
                "gzip, chunked",
                "chunked, chunked",
                "identity",
                "",
                "chunked\r\nTransfer-Encoding: chunked",
                "identity\r\nTransfer-Encoding: chunked",
                "chunked\r\nTransfer-Encoding: x")) {
            cases.put("coding '" + coding + "'", POST + "Transfer-Encoding: " + coding + "\r\n\r\n0\r\n\r\n");
        }
        cases.put("space before the colon", POST + "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n");
        cases.put("tab before the colon", POST + "Content-Length\t: 1\r\n\r\nx");
        cases.put("folded coding", POST + "Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n");
        cases.put("folded length", POST + "Content-Length:\r\n 1\r\n\r\nx");
        cases.put("an old client", "POST / HTTP/1.0\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n");
        allAreRefused(cases);
    }

    @LoopTest(clock = ClockMode.REAL)
    void chunksThatAreInDoubtAreRefused() throws Exception {
        Map<String, String> cases = new LinkedHashMap<>();
        for (String size : List.of(
                "",
                "-1",
                "+1",
                "0x1",
                " 1",
                "1 ",
                "1 1",
                "g",
                "1_",
                "1.0",
                "\u000b1",
                "80000000",
                "7fffffffffffffff",
                "8000000000000000",
                "FFFFFFFFFFFFFFFFF")) {
            cases.put("size '" + size + "'", CHUNKS + size + "\r\nx\r\n0\r\n\r\n");
        }
        cases.put("size ends with a line feed", CHUNKS + "1\nx\r\n0\r\n\r\n");
        cases.put("data end with a line feed", CHUNKS + "1\r\nx\n0\r\n\r\n");
        cases.put("too many data", CHUNKS + "1\r\nxy\r\n0\r\n\r\n");
        cases.put("no line after the data", CHUNKS + "1\r\nx0\r\n\r\n");
        cases.put("the last ends with line feeds", CHUNKS + "1\r\nx\r\n0\n\n");
        cases.put("the last ends with a line feed", CHUNKS + "1\r\nx\r\n0\r\n\n");
        cases.put("line feed in an extension", CHUNKS + "1;a\nx\r\n0\r\n\r\n");
        cases.put("carriage return in an extension", CHUNKS + "1;a\rb\r\nx\r\n0\r\n\r\n");
        cases.put("huge extension", CHUNKS + "1;" + "a".repeat(100_000) + "\r\nx\r\n0\r\n\r\n");
        cases.put("trailer without a colon", CHUNKS + "1\r\nx\r\n0\r\nX y\r\n\r\n");
        cases.put("trailer with space before the colon", CHUNKS + "1\r\nx\r\n0\r\nX : y\r\n\r\n");
        cases.put("trailer with a line feed", CHUNKS + "1\r\nx\r\n0\r\nX: y\n\r\n");
        cases.put("trailer with NUL", CHUNKS + "1\r\nx\r\n0\r\nX: \0\r\n\r\n");
        cases.put("huge trailer", CHUNKS + "1\r\nx\r\n0\r\nX: " + "y".repeat(100_000) + "\r\n\r\n");
        allAreRefused(cases);
    }

    @LoopTest(clock = ClockMode.REAL)
    void linesAndFieldsThatAreInDoubtAreRefused() throws Exception {
        Map<String, String> cases = new LinkedHashMap<>();
        cases.put("line feed after the first line", "GET / HTTP/1.1\nHost: h\r\n\r\n");
        cases.put("line feed after a field", "GET / HTTP/1.1\r\nHost: h\n\r\n");
        cases.put("line feed at the end", "GET / HTTP/1.1\r\nHost: h\r\n\n");
        cases.put("folded first field", "GET / HTTP/1.1\r\n Host: h\r\nHost: h\r\n\r\n");
        cases.put("carriage return in a value", GET + "X: a\rb\r\n\r\n");
        cases.put("carriage return in a name", GET + "X\r: a\r\n\r\n");
        for (char control : new char[] {0, 1, 8, 0x0B, 0x0C, 0x1F, 0x7F}) {
            cases.put("control character " + (int) control + " in a value", GET + "X: a" + control + "b\r\n\r\n");
            cases.put("control character " + (int) control + " in a name", GET + "X" + control + ": b\r\n\r\n");
        }
        cases.put("no name", GET + ": b\r\n\r\n");
        cases.put("no colon", GET + "foo\r\n\r\n");
        cases.put("no token", GET + "fo(o: b\r\n\r\n");
        cases.put("space in the target", "GET /a b HTTP/1.1\r\nHost: h\r\n\r\n");
        cases.put("space behind the version", "GET / HTTP/1.1 \r\nHost: h\r\n\r\n");
        cases.put("odd version", "GET / HTTP/01.1\r\nHost: h\r\n\r\n");
        cases.put("no version", "GET /\r\nHost: h\r\n\r\n");
        cases.put("odd method", "G(T / HTTP/1.1\r\nHost: h\r\n\r\n");
        allAreRefused(cases);
    }

    @LoopTest(clock = ClockMode.REAL)
    void hostsAndTargetsThatAreInDoubtAreRefused() throws Exception {
        Map<String, String> cases = new LinkedHashMap<>();
        cases.put("no host", "GET / HTTP/1.1\r\n\r\n");
        cases.put("two hosts", GET + "Host: h\r\n\r\n");
        for (String host : List.of("a/b", "a@b", "a, b", "a b", "a?b", "a#b", "a\\b", "\u00e4")) {
            cases.put("host " + host, "GET / HTTP/1.1\r\nHost: " + host + "\r\n\r\n");
        }
        for (String target : List.of(
                "http://other/x",
                "http://h:81/x",
                "http://u@h/x",
                "http:///x",
                "ftp://h/x",
                "x",
                "*",
                "h:80",
                "/\u00e4",
                "/x#y")) {
            cases.put("target " + target, "GET " + target + " HTTP/1.1\r\nHost: h\r\n\r\n");
        }
        cases.put("a way through", "CONNECT h:80 HTTP/1.1\r\nHost: h:80\r\n\r\n");
        cases.put("an old client", "GET http://u@h/ HTTP/1.0\r\n\r\n");
        cases.put("path not encoded", "GET /%zz HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
        cases.put("path not encoded to its end", "GET /%4 HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
        allAreRefused(cases);
    }

    @LoopTest(clock = ClockMode.REAL)
    void whatTheStandardAllowsIsReadInOneWay() throws Exception {
        Map<String, String> cases = new LinkedHashMap<>();
        cases.put(GET + "X: a\r\n b\r\n\r\n", "GET / [a b] ");
        cases.put(POST + "Content-Length: 01\r\n\r\nx", "POST / [] x");
        cases.put(POST + "transfer-encoding:\tCHUNKED\t\r\n\r\n01\r\nx\r\n0\r\n\r\n", "POST / [] x");
        cases.put(CHUNKS + "1;a=\"b;\"\r\nx\r\n0;c\r\n\r\n", "POST / [] x");
        // what comes behind the body does not get among the fields before it
        cases.put(CHUNKS + "1\r\nx\r\n0\r\nX: y\r\nContent-Length: 5\r\nHost: i\r\n\r\n", "POST / [] x");
        cases.put(GET + "Transfer_Encoding: chunked\r\n\r\n", "GET / [] ");
        cases.put(GET + "Content-Length: 1\r\n\r\nx", "GET / [] x");
        cases.put("\r\n" + GET + "\r\n", "GET / [] ");
        cases.put("GET HTTP://H/a%20b?c HTTP/1.1\r\nHost: h\r\n\r\n", "GET /a b [] ");
        cases.put("GET http://h?c HTTP/1.1\r\nHost: h\r\n\r\n", "GET / [] ");
        cases.put("OPTIONS * HTTP/1.1\r\nHost: [::1]:80\r\n\r\n", "OPTIONS * [] ");
        cases.put("GET / HTTP/1.1\r\nHost:\r\n\r\n", "GET / [] ");
        cases.put(GET + "Connection: Upgrade\r\nUpgrade: other\r\n\r\n", "GET / [] ");
        eachIsOne(cases);
    }

    @LoopTest(clock = ClockMode.REAL)
    void aRouteIsFoundForAWholeUrlToo() throws Exception {
        var router = new Router().get("/a/{b}", request -> Response.text(request.pathParameter("b")));
        try (var server = HttpServer.open(router)) {
            String answer = Weft.offload(() -> RawClient.exchange(
                    server, "GET http://h:1/a/b?c HTTP/1.1\r\nHost: h:1\r\nConnection: close\r\n\r\n"));
            assertThat(answer).startsWith("HTTP/1.1 200 ").endsWith("\r\n\r\nb");
        }
    }
}
