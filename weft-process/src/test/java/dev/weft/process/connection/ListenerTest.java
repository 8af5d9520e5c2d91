package dev.weft.process.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.process.internal.ValueCodec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who gets in, who does not, and what strangers can do. */
@Timeout(60)
class ListenerTest {
    private static final Duration LONG = Duration.ofSeconds(30);
    private static final SocketAddress ANY_PORT = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

    @TempDir
    Path directory;

    private final AuthKey key = AuthKey.random();

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whoKnowsTheKeyGetsIn(boolean tcp) {
        try (var listener = tcp ? Listener.open(ANY_PORT, key) : Listener.open(key);
                var client = Client.connect(listener.address(), key);
                var server = listener.accept()) {
            client.send("hello");
            assertThat(server.receive()).isEqualTo("hello");
            server.send("welcome");
            assertThat(client.receive()).isEqualTo("welcome");
        }
    }

    @Test
    @DisplayName("P291 who does not know the key is turned away with an authentication error, and nobody else notices")
    void whoDoesNotKnowTheKeyIsTurnedAway() {
        try (var listener = Listener.open(key)) {
            assertThatThrownBy(() -> Client.connect(listener.address(), AuthKey.random()))
                    .isInstanceOf(AuthenticationException.class)
                    .hasMessageContaining("does not accept this key");
            assertThat(listener.accept(Duration.ZERO)).isNull();
            assertThat(listener.refused()).isEqualTo(1);

            try (var client = Client.connect(listener.address(), key);
                    var server = listener.accept()) {
                client.send(1);
                assertThat(server.receive()).isEqualTo(1);
            }
        }
    }

    /** Plays a listener by hand: sends some bytes, and returns what the client answers. */
    private CompletableFuture<ByteBuffer> impostor(ServerSocketChannel server, ByteBuffer... says) {
        return CompletableFuture.supplyAsync(() -> {
            try (SocketChannel channel = server.accept()) {
                channel.write(says[0]);
                ByteBuffer answer = ByteBuffer.allocate(Handshake.ANSWER);
                if (says.length > 1) {
                    read(channel, answer);
                    channel.write(says[1]);
                }
                return answer.flip();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    @Test
    @DisplayName("P291 a listener that does not know the key, or is none, is an authentication error of the client")
    void anImpostorOfAListenerIsFoundOut() throws IOException {
        SocketAddress address = UnixDomainSocketAddress.of(directory.resolve("s"));
        try (var server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(address);
            ByteBuffer challenge = ByteBuffer.allocate(Handshake.CHALLENGE).putLong(0, Handshake.MAGIC);
            var answer = impostor(server, challenge, ByteBuffer.allocate(Handshake.PROOF));
            assertThatThrownBy(() -> Client.connect(address, key))
                    .isInstanceOf(AuthenticationException.class)
                    .hasMessageContaining("does not know the key");
            assertThat(HexFormat.of().formatHex(answer.join().array()))
                    .doesNotContain(HexFormat.of().formatHex(key.bytes()));

            var another = impostor(
                    server,
                    ByteBuffer.wrap(
                            "220 mail.example.org ESMTP ready for you to go\r\n".getBytes(StandardCharsets.UTF_8)));
            assertThatThrownBy(() -> Client.connect(address, key))
                    .isInstanceOf(AuthenticationException.class)
                    .hasMessageContaining("no Weft listener");
            another.join();
        }
    }

    @Test
    void aProofCannotBeSentBackToWhereItCameFrom() throws IOException {
        try (var listener = Listener.open(key);
                SocketChannel reflector = SocketChannel.open(listener.address())) {
            // Without the key, all that a stranger can do is to have another side of the key make a proof; here the
            // listener itself is asked by way of an answer that repeats its challenge.
            ByteBuffer challenge = ByteBuffer.allocate(Handshake.CHALLENGE);
            read(reflector, challenge);
            byte[] nonce = new byte[Handshake.NONCE];
            challenge.position(Long.BYTES).get(nonce);
            reflector.write(ByteBuffer.allocate(Handshake.ANSWER)
                    .putLong(Handshake.MAGIC)
                    .putLong(0)
                    .put(nonce)
                    .put(key.proof("weft connection 1 listener", 0, nonce, nonce)) // as if it had been had from there
                    .flip());
            assertThat(reflector.read(ByteBuffer.allocate(1))).isEqualTo(-1);
            assertThat(listener.accept(Duration.ZERO)).isNull();
        }
    }

    private static void read(SocketChannel channel, ByteBuffer into) throws IOException {
        while (into.hasRemaining() && channel.read(into) >= 0) {
            // until it is full
        }
    }

    @Test
    void rubbishAndSilenceKeepNobodyOut() throws IOException {
        List<SocketChannel> strangers = new ArrayList<>();
        try (var listener =
                Listener.builder(key).greetingTimeout(Duration.ofSeconds(30)).open()) {
            for (int i = 0; i < 2 * Door.MOST_STRANGERS; i++) {
                SocketChannel stranger = SocketChannel.open(listener.address());
                strangers.add(stranger);
                if (i % 2 == 0) {
                    stranger.write(ByteBuffer.allocate(1000));
                }
            }
            try (var client = Client.connect(listener.address(), key);
                    var server = listener.accept()) {
                client.send("in");
                assertThat(server.receive()).isEqualTo("in");
            }
        } finally {
            for (SocketChannel stranger : strangers) {
                stranger.close();
            }
        }
    }

    @Test
    void whoSaysNothingIsTurnedAwayInTime() throws IOException {
        try (var listener = Listener.builder(key)
                        .greetingTimeout(Duration.ofMillis(1))
                        .open();
                SocketChannel silent = SocketChannel.open(listener.address())) {
            read(silent, ByteBuffer.allocate(Handshake.CHALLENGE));
            assertThat(silent.read(ByteBuffer.allocate(1))).isEqualTo(-1);
        }
        try (var server = ServerSocketChannel.open()) {
            server.bind(ANY_PORT);
            assertThatThrownBy(() ->
                            Client.with(key).timeout(Duration.ofMillis(50)).connect(server.getLocalAddress()))
                    .isInstanceOf(AuthenticationException.class)
                    .hasMessageContaining("did not answer the greeting");
        }
    }

    @Test
    @DisplayName("P283 a second listener on the same address is refused, and the first goes on")
    void anAddressHasOneListener() {
        SocketAddress address = UnixDomainSocketAddress.of(directory.resolve("s"));
        try (var first = Listener.open(address, key);
                var tcp = Listener.open(ANY_PORT, key)) {
            assertThatThrownBy(() -> Listener.open(address, key))
                    .isInstanceOf(ConnectionException.class)
                    .hasMessageContaining("Another listener may be there");
            assertThatThrownBy(() -> Listener.open(tcp.address(), key)).isInstanceOf(ConnectionException.class);
            try (var client = Client.connect(address, key);
                    var server = first.accept()) {
                assertThat(server.isOpen()).isTrue();
                assertThat(client.isOpen()).isTrue();
            }
        }
        assertThat(directory.resolve("s")).doesNotExist();
    }

    @Test
    void aSocketThatAProcessHasLeftBehindIsReplacedAndAFileIsNot() throws IOException {
        Path path = directory.resolve("s");
        var left = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        left.bind(UnixDomainSocketAddress.of(path)).close();
        assertThat(path).exists();
        try (var listener = Listener.open(UnixDomainSocketAddress.of(path), key)) {
            assertThat(Files.getPosixFilePermissions(path)).isEqualTo(PosixFilePermissions.fromString("rw-------"));
            assertThat(listener.address()).isEqualTo(UnixDomainSocketAddress.of(path));
        }
        Files.writeString(path, "precious");
        assertThatThrownBy(() -> Listener.open(UnixDomainSocketAddress.of(path), key))
                .isInstanceOf(ConnectionException.class);
        assertThat(path).hasContent("precious");
    }

    @Test
    void addressesOfOtherMachinesMustBeAskedFor() {
        var everywhere = new InetSocketAddress("0.0.0.0", 0);
        assertThatThrownBy(() -> Listener.open(everywhere, key))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("remote()");
        assertThatThrownBy(() -> Client.connect(new InetSocketAddress("192.0.2.1", 9), key))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aShortKeyIsRefusedAndNoKeyIsPrinted() {
        assertThatThrownBy(() -> AuthKey.of("secret".getBytes(StandardCharsets.UTF_8)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("at least 16 bytes");
        assertThat(AuthKey.of("0123456789abcdef".getBytes(StandardCharsets.UTF_8))
                        .toString())
                .isEqualTo("AuthKey[16 bytes]");
    }

    @Test
    void closingEndsTheWaitForCallers() {
        var listener = Listener.open(key);
        var waiting = CompletableFuture.supplyAsync(listener::accept);
        listener.close();
        listener.close();
        assertThatThrownBy(waiting::join)
                .hasCauseInstanceOf(IllegalStateException.class)
                .hasMessageContaining("is closed");
        assertThatThrownBy(() -> Client.connect(listener.address(), key))
                .isInstanceOf(ConnectionException.class)
                .hasMessageContaining("Is there a listener");
    }

    /** A client that knows the key, and then sends whatever a test wants. */
    private Connection receiverOf(Listener listener, byte[] bytes) throws IOException {
        SocketChannel channel = SocketChannel.open(listener.address());
        var wire = new Wire(channel);
        Handshake.asClient(wire, 0, key, Deadlines.in(LONG), "test");
        wire.write(ByteBuffer.wrap(bytes));
        wire.close();
        return listener.accept();
    }

    private static byte[] header(int kind, int length, int... body) {
        ByteBuffer all = ByteBuffer.allocate(ValueCodec.HEADER + body.length).order(ByteOrder.LITTLE_ENDIAN);
        all.put((byte) kind).putInt(length);
        for (int b : body) {
            all.put((byte) b);
        }
        return all.array();
    }

    @Test
    void whatIsNoMessageClosesTheConnectionWithAClearError() throws IOException {
        try (var listener = Listener.builder(key).longestMessage(1000).open()) {
            assertBroken(receiverOf(listener, header(100, 1, 1)), "is no message (it begins with kind 100, length 1)");
            assertBroken(receiverOf(listener, header(13, -5)), "is no message");
            assertBroken(
                    receiverOf(listener, header(13, 1001)),
                    "a message of 1001 bytes, and this connection takes at most 1000");
            assertBroken(receiverOf(listener, header(13, 4, 1, 2)), "in the middle of a message, after 2 of 4 bytes");
            assertBroken(receiverOf(listener, new byte[] {13, 0}), "in the middle of a message, after 2 of 5 bytes");
        }
    }

    private static void assertBroken(Connection connection, String message) {
        for (int i = 0; i < 2; i++) {
            assertThatThrownBy(connection::receive)
                    .isInstanceOf(ConnectionException.class)
                    .isNotInstanceOf(EndOfConnectionException.class)
                    .hasMessageContaining(message);
        }
        assertThatThrownBy(() -> connection.send(1)).isInstanceOf(ConnectionException.class);
        connection.close();
    }

    @Test
    void aMessageThatIsTooLongIsNotSent() {
        try (var listener = Listener.open(key);
                var client = Client.with(key).longestMessage(100).connect(listener.address());
                var server = listener.accept()) {
            assertThatThrownBy(() -> client.sendBytes(new byte[101])).hasMessageContaining("at most 100");
            assertThatThrownBy(() -> client.send("x".repeat(200))).hasMessageContaining("cannot be sent");
            client.sendBytes(new byte[100]);
            assertThat(server.receiveBytes()).hasSize(100);
        }
    }
}
