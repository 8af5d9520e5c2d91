package dev.weft.http.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.Weft;
import dev.weft.http.Frames;
import dev.weft.http.Fuzz;
import dev.weft.http.HttpVersion;
import dev.weft.http.client.ClientSession;
import dev.weft.testing.ClockMode;
import dev.weft.testing.LoopTest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Timeout;

/**
 * What strangers send who begin with HTTP/2: whatever becomes of them, the server answers the next client, and keeps
 * nothing of them.
 */
@Timeout(120)
class Http2FuzzTest {
    private static final int DATA = 0;
    private static final int PRIORITY = 2;
    private static final int SETTINGS = 4;
    private static final int PUSH_PROMISE = 5;
    private static final int PING = 6;
    private static final int WINDOW_UPDATE = 8;
    private static final int CONTINUATION = 9;
    private static final int END_STREAM = 1;
    private static final int END_HEADERS = 4;
    private static final int FLOOD = 12_000;

    /** :method POST, :scheme http, :path /body, :authority h. */
    private static final byte[] POST = {(byte) 0x83, (byte) 0x86, 4, 5, '/', 'b', 'o', 'd', 'y', 1, 1, 'h'};

    private static final List<List<byte[]>> TALKS = List.of(
            List.of(Frames.SETTINGS, Frames.get(1, "/a"), Frames.get(3, "/b")),
            List.of(Frames.SETTINGS, settings(3, 100, 4, 65_535, 5, 16_384), Frames.get(1, "/a"), ping()),
            List.of(
                    Frames.SETTINGS,
                    Frames.frame(Frames.HEADERS, END_HEADERS, 1, POST),
                    Frames.frame(DATA, 0, 1, new byte[1000]),
                    Frames.frame(DATA, END_STREAM, 1, new byte[10])),
            List.of(
                    Frames.SETTINGS,
                    Frames.frame(Frames.HEADERS, END_STREAM, 1, java.util.Arrays.copyOf(POST, 5)),
                    Frames.frame(CONTINUATION, END_HEADERS, 1, java.util.Arrays.copyOfRange(POST, 5, POST.length))),
            List.of(
                    Frames.SETTINGS,
                    Frames.frame(Frames.HEADERS, END_HEADERS, 1, POST),
                    windowUpdate(1, 1000),
                    Frames.reset(1, 8),
                    windowUpdate(0, 1000),
                    Frames.get(3, "/a")),
            List.of(
                    Frames.SETTINGS,
                    Frames.frame(PRIORITY, 0, 1, new byte[5]),
                    Frames.get(1, "/large"),
                    Frames.frame(Frames.GOAWAY, 0, 0, new byte[8])));

    private static byte[] settings(int... pairs) {
        ByteBuffer payload = ByteBuffer.allocate(pairs.length / 2 * 6);
        for (int i = 0; i < pairs.length; i += 2) {
            payload.putShort((short) pairs[i]).putInt(pairs[i + 1]);
        }
        return Frames.frame(SETTINGS, 0, 0, payload.array());
    }

    private static byte[] ping() {
        return Frames.frame(PING, 0, 0, new byte[8]);
    }

    private static byte[] windowUpdate(int stream, int more) {
        return Frames.frame(
                WINDOW_UPDATE, 0, stream, ByteBuffer.allocate(4).putInt(more).array());
    }

    private static Response answer(Request request) {
        return switch (request.path()) {
            case "/body" -> Response.text("" + request.bytes().length);
            case "/large" -> Response.stream("a/b", out -> out.write(new byte[300_000]));
            default -> Response.text(request.path());
        };
    }

    @LoopTest(clock = ClockMode.REAL)
    void whateverFramesComeTheNextClientIsAnswered() throws Exception {
        try (var server = HttpServer.open(Http2FuzzTest::answer)) {
            Weft.offload(() -> {
                Fuzz.cases(300, random -> talk(server, random, broken(random)));
                return true;
            });
            assertNextIsAnswered(server);
        }
    }

    @LoopTest(clock = ClockMode.REAL)
    void aFloodIsCutOffAndTheNextClientIsAnswered() throws Exception {
        List<byte[]> floods = List.of(
                repeated(FLOOD, Frames.SETTINGS),
                repeated(FLOOD, settings(4, 1, 4, 100_000)),
                repeated(FLOOD, ping()),
                repeated(FLOOD, Frames.frame(PRIORITY, 0, 1, new byte[5])),
                joined(
                        Frames.frame(Frames.HEADERS, END_HEADERS, 1, POST),
                        repeated(FLOOD, Frames.frame(DATA, 0, 1, new byte[0]))),
                joined(
                        Frames.frame(Frames.HEADERS, 0, 1, POST),
                        repeated(5_000, Frames.frame(CONTINUATION, 0, 1, field(1_000)))),
                joined(
                        Frames.frame(Frames.HEADERS, 0, 1, POST),
                        repeated(FLOOD, Frames.frame(CONTINUATION, 0, 1, new byte[0]))),
                joined(windowUpdate(0, Integer.MAX_VALUE), windowUpdate(0, Integer.MAX_VALUE)),
                joined(
                        Frames.frame(Frames.HEADERS, END_HEADERS, 1, POST),
                        windowUpdate(1, Integer.MAX_VALUE),
                        windowUpdate(1, Integer.MAX_VALUE)),
                joined(windowUpdate(0, 0), Frames.get(1, "/a")),
                settings(4, -1),
                settings(5, 1),
                Frames.frame(PUSH_PROMISE, END_HEADERS, 1, POST),
                Frames.frame(DATA, 0, 7, new byte[10]));
        try (var server = HttpServer.open(Http2FuzzTest::answer)) {
            for (byte[] flood : floods) {
                Weft.offload(() -> {
                    talk(server, new Random(1), joined(Frames.PREFACE, Frames.SETTINGS, flood));
                    return true;
                });
                assertNextIsAnswered(server);
            }
        }
    }

    /** A header field of so many bytes, as a literal without indexing. */
    private static byte[] field(int length) {
        var block = new ByteArrayOutputStream();
        block.write(0);
        block.write(1);
        block.write('x');
        block.write(0x7F); // 127 and more: the rest in groups of 7 bits
        int rest = length - 127;
        block.write((rest & 0x7F) | 0x80);
        block.write(rest >> 7);
        block.writeBytes("y".repeat(length).getBytes(StandardCharsets.US_ASCII));
        return block.toByteArray();
    }

    /**
     * Sends it in pieces and reads whatever comes until the server closes, which it does when it hears that no more
     * will come.
     */
    private static void talk(HttpServer server, Random random, byte[] bytes) throws IOException {
        try (var client = new RawClient(server)) {
            Thread reader = Thread.ofVirtual()
                    .unstarted(() -> readAll(client)); // a server that nobody reads from cuts the flood another way
            reader.start();
            try {
                for (int at = 0; at < bytes.length; ) {
                    int count = Math.min(bytes.length - at, 1 + random.nextInt(bytes.length));
                    client.send(new String(bytes, at, count, StandardCharsets.ISO_8859_1));
                    at += count;
                }
                client.socket().shutdownOutput();
            } catch (IOException e) {
                // it has cut us off
            }
            try {
                assertThat(reader.join(Duration.ofSeconds(20)))
                        .as("the server closes")
                        .isTrue();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }
    }

    private static void readAll(RawClient client) {
        try {
            client.rest();
        } catch (IOException e) {
            // reset
        }
    }

    private static byte[] broken(Random random) {
        List<byte[]> frames = new ArrayList<>(Fuzz.oneOf(random, TALKS));
        if (random.nextInt(3) == 0) {
            frames.addAll(Fuzz.oneOf(random, TALKS));
        }
        switch (random.nextInt(5)) {
            case 0 -> Collections.shuffle(frames, random);
            case 1 -> frames.remove(random.nextInt(frames.size()));
            case 2 -> frames.add(random.nextInt(frames.size() + 1), Fuzz.oneOf(random, frames));
            case 3 -> {
                byte[] frame = Fuzz.oneOf(random, frames).clone();
                frame[random.nextInt(9)] ^= (byte) (1 << random.nextInt(8)); // length, type, flags or stream
                frames.set(random.nextInt(frames.size()), frame);
            }
            default -> {
                byte[] all = joined(frames.toArray(byte[][]::new));
                return joined(Frames.PREFACE, Fuzz.mutated(random, all));
            }
        }
        return joined(Frames.PREFACE, joined(frames.toArray(byte[][]::new)));
    }

    private static byte[] repeated(int times, byte[] frame) {
        var all = new ByteArrayOutputStream(times * frame.length);
        for (int i = 0; i < times; i++) {
            all.writeBytes(frame);
        }
        return all.toByteArray();
    }

    private static byte[] joined(byte[]... parts) {
        var all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }

    /** Over both versions; and the strangers are gone. */
    private static void assertNextIsAnswered(HttpServer server) {
        for (HttpVersion version : List.of(HttpVersion.HTTP_2, HttpVersion.HTTP_1_1)) {
            try (var session = ClientSession.builder().version(version).open()) {
                assertThat(session.get(server.uri() + "next").text()).isEqualTo("/next");
            }
        }
        long begin = System.nanoTime();
        while (server.connections() > 0) {
            assertThat(System.nanoTime() - begin)
                    .as("waited too long until all are gone")
                    .isLessThan(Duration.ofSeconds(20).toNanos());
            Weft.sleep(Duration.ofMillis(1));
        }
    }
}
