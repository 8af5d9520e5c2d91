package dev.weft.process.connection;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** What comes over a connection between processes: messages, and the greeting before them. */
class ConnectionFuzzTest {
    private static final int LONGEST = 1 << 20;
    private static final AuthKey KEY = AuthKey.of(new byte[16]);
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private static ServerSocketChannel listening;

    @BeforeAll
    static void listen() throws IOException {
        listening = ServerSocketChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    }

    @AfterAll
    static void stop() throws IOException {
        listening.close();
    }

    private interface Reading {
        void read(Wire wire) throws IOException;
    }

    /** Has what is sent read at the other end. */
    private static void sent(byte[] bytes, Reading reading) throws IOException {
        try (SocketChannel sender = SocketChannel.open(listening.getLocalAddress());
                SocketChannel receiver = listening.accept()) {
            sender.write(ByteBuffer.wrap(bytes)); // the system's buffers take it
            sender.shutdownOutput();
            reading.read(new Wire(receiver));
        }
    }

    @FuzzTest
    void messages(byte[] bytes) throws IOException {
        sent(bytes, wire -> {
            var reader = new MessageReader();
            int taken = 0;
            try {
                MessageReader.Progress progress = reader.advance(wire, LONGEST);
                while (progress != MessageReader.Progress.END) {
                    if (progress == MessageReader.Progress.READY) {
                        taken += reader.take().body().length;
                    } else {
                        Thread.onSpinWait();
                    }
                    progress = reader.advance(wire, LONGEST);
                }
            } catch (ConnectionException e) {
                assertThat(e.getMessage()).isNotBlank();
            }
            assertThat(taken).isLessThanOrEqualTo(bytes.length);
        });
    }

    @FuzzTest
    void callers(byte[] bytes) throws IOException {
        sent(bytes, wire -> {
            try {
                Handshake.asListener(wire, id -> KEY, System.nanoTime() + TimeUnit.SECONDS.toNanos(20));
                throw new AssertionError("somebody who does not know the key was let in");
            } catch (AuthenticationException e) {
                assertThat(e.getMessage()).isNotBlank();
            }
        });
    }

    @FuzzTest
    void listeners(byte[] bytes) throws IOException {
        sent(bytes, wire -> {
            try {
                Handshake.asClient(wire, 1, KEY, System.nanoTime() + TimeUnit.SECONDS.toNanos(20), "there");
                throw new AssertionError("somebody who does not know the key was believed");
            } catch (AuthenticationException e) {
                assertThat(e.getMessage()).contains("there");
            }
        });
    }

    /** The door of a listener: a stranger is turned away, and whoever knows the key is let in behind him. */
    @FuzzTest
    void strangers(byte[] bytes) throws IOException {
        try (var listener = Listener.open(KEY);
                SocketChannel stranger = SocketChannel.open(listener.address())) {
            stranger.write(ByteBuffer.wrap(bytes)); // the system's buffers take it
            try (Connection friend = Client.connect(listener.address(), KEY);
                    Connection other = listener.accept(PATIENCE)) {
                friend.send("hello");
                assertThat(other.receive()).isEqualTo("hello");
            }
        }
    }
}
