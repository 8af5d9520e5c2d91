package dev.weft.http.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.Weft;
import dev.weft.http.Frames;
import dev.weft.http.Frames.Frame;
import dev.weft.sync.Event;
import dev.weft.testing.ClockMode;
import dev.weft.testing.LoopTest;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Timeout;

/** Clients that keep to the frames of HTTP/2, and use them against the server. */
@Timeout(120)
class Http2HostileTest {
    private static final int PATIENCE_MILLIS = 20_000;
    private static final int UNKNOWN = 0x77;
    private static final int PIECE = 16 * 1024;
    private static final int REFUSED_STREAM = 7;

    private static Socket connect(HttpServer server, int receiveBuffer) throws IOException {
        var socket = new Socket();
        socket.setReceiveBufferSize(receiveBuffer);
        socket.setSoTimeout(PATIENCE_MILLIS);
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port()));
        socket.getOutputStream().write(Frames.PREFACE);
        socket.getOutputStream().write(Frames.SETTINGS); // and those of the server are never confirmed
        return socket;
    }

    private static Frame next(DataInputStream in, int type, int stream) throws IOException {
        Frame frame = Frames.read(in);
        while (frame != null && (frame.type() != type || frame.stream() != stream)) {
            frame = Frames.read(in);
        }
        return frame;
    }

    @LoopTest(clock = ClockMode.REAL)
    void framesOfUnknownTypesAreDroppedWhereverTheyCome() throws Exception {
        byte[] unknown = Frames.frame(UNKNOWN, 0xFF, 0, new byte[100]);
        try (var server = HttpServer.open(request -> Response.text("x"))) {
            Weft.offload(() -> {
                try (Socket socket = connect(server, 64 * 1024)) {
                    OutputStream out = socket.getOutputStream();
                    var in = new DataInputStream(socket.getInputStream());
                    for (int stream = 1; stream < 10; stream += 2) {
                        out.write(Frames.on(stream, unknown)); // of a stream that has not begun
                        out.write(Frames.get(stream, "/"));
                        assertThat(next(in, Frames.HEADERS, stream))
                                .as("the answer on stream " + stream)
                                .isNotNull();
                        out.write(Frames.on(stream, unknown)); // of one that has ended
                        out.write(Frames.on(0, unknown));
                    }
                }
                return true;
            });
        }
    }

    @LoopTest(clock = ClockMode.REAL)
    void theLimitOfStreamsHoldsForClientsThatDoNotConfirmIt() throws Exception {
        var begun = new AtomicInteger();
        var go = new Event();
        try (var server = HttpServer.builder().maxStreams(10).open(request -> {
            begun.incrementAndGet();
            go.await();
            return Response.text("x");
        })) {
            int refused = Weft.offload(() -> {
                try (Socket socket = connect(server, 64 * 1024)) {
                    for (int i = 0; i < 50; i++) {
                        socket.getOutputStream().write(Frames.get(2 * i + 1, "/"));
                    }
                    var in = new DataInputStream(socket.getInputStream());
                    int resets = 0;
                    while (resets < 40) {
                        Frame frame = Frames.read(in);
                        assertThat(frame).isNotNull();
                        if (frame.type() == Frames.RESET) {
                            assertThat(frame.payload()[3]).isEqualTo((byte) REFUSED_STREAM);
                            resets++;
                        }
                    }
                    return resets;
                }
            });
            assertThat(refused).isEqualTo(40);
            assertThat(begun).hasValue(10);
            go.set();
        }
    }

    @LoopTest(clock = ClockMode.REAL)
    void aClientThatReadsNothingAndAsksOnIsCutOff() throws Exception {
        String filler = "x".repeat(4000);
        var asked = new AtomicInteger();
        try (var server = HttpServer.builder().maxHeaderSize(16 * 1024).open(request -> {
            asked.incrementAndGet();
            return Response.text("x").withHeader("X-Long", filler + asked);
        })) {
            Socket silent = Weft.offload(() -> {
                Socket socket = connect(server, 4 * 1024);
                for (int i = 0; i < 10_000; i++) {
                    try {
                        socket.getOutputStream().write(Frames.head(2 * i + 1, "/"));
                    } catch (IOException e) {
                        break; // cut off
                    }
                }
                return socket;
            });
            try (silent) {
                for (int i = 0; server.connections() > 0; i++) {
                    assertThat(i)
                            .as("waited too long for it to be cut off, after %d answers", asked.get())
                            .isLessThan(PATIENCE_MILLIS);
                    Weft.sleep(Duration.ofMillis(1));
                }
            }
            String next = Weft.offload(() -> {
                try (Socket socket = connect(server, 64 * 1024)) {
                    socket.getOutputStream().write(Frames.get(1, "/"));
                    return String.valueOf(next(new DataInputStream(socket.getInputStream()), Frames.HEADERS, 1));
                }
            });
            assertThat(next).as("the next client is served").isNotEqualTo("null");
        }
    }

    @LoopTest(clock = ClockMode.REAL)
    void aHandlerThatDoesNotReadGivesTheClientNoMoreRoom() throws Exception {
        var go = new Event();
        try (var server = HttpServer.open(request -> {
            go.await();
            return Response.text("" + request.bytes().length);
        })) {
            Socket socket = Weft.offload(() -> {
                Socket client = connect(server, 64 * 1024);
                OutputStream out = client.getOutputStream();
                var in = new DataInputStream(client.getInputStream());
                assertThat(next(in, Frames.SETTINGS[3], 0)).isNotNull();
                out.write(Frames.SETTINGS_CONFIRMED); // the window of streams holds from here on
                out.write(Frames.post(1, "/"));
                for (int i = 0; i < Http2Connection.WINDOW / PIECE; i++) {
                    out.write(Frames.frame(Frames.DATA, 0, 1, new byte[PIECE]));
                }
                out.write(Frames.frame(Frames.PING, 0, 0, new byte[8]));
                Frame frame = Frames.read(in);
                while (frame != null && frame.type() != Frames.PING) {
                    assertThat(frame.stream())
                            .as("a frame of type " + frame.type())
                            .isZero();
                    frame = Frames.read(in);
                }
                return client;
            });
            go.set();
            Weft.offload(() -> {
                try (socket) {
                    var in = new DataInputStream(socket.getInputStream());
                    assertThat(next(in, Frames.WINDOW_UPDATE, 1)).isNotNull();
                    socket.getOutputStream().write(Frames.frame(Frames.DATA, Frames.END_OF_STREAM, 1, new byte[16]));
                    assertThat(new String(next(in, Frames.DATA, 1).payload(), StandardCharsets.US_ASCII))
                            .isEqualTo("" + (Http2Connection.WINDOW + 16));
                }
                return true;
            });
        }
    }

    @LoopTest(clock = ClockMode.REAL)
    void paddingTakesNoRoomFromTheBody() throws Exception {
        int frames = 3000;
        var go = new Event();
        try (var server = HttpServer.open(request -> {
            go.await();
            return Response.text("" + request.bytes().length);
        })) {
            byte[] oneByte = new byte[257];
            oneByte[0] = (byte) 255; // the length of the padding
            Socket socket = Weft.offload(() -> {
                Socket client = connect(server, 64 * 1024);
                OutputStream out = client.getOutputStream();
                out.write(Frames.post(1, "/"));
                for (int i = 1; i < frames; i++) {
                    out.write(Frames.frame(Frames.DATA, Frames.PADDED, 1, oneByte));
                }
                out.write(Frames.frame(Frames.DATA, Frames.PADDED | Frames.END_OF_STREAM, 1, oneByte));
                return client;
            });
            go.set();
            Weft.offload(() -> {
                try (socket) {
                    var in = new DataInputStream(socket.getInputStream());
                    assertThat(new String(next(in, Frames.DATA, 1).payload(), StandardCharsets.US_ASCII))
                            .isEqualTo("" + frames);
                }
                return true;
            });
        }
    }
}
