package dev.weft.inspect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.Eventually;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The transport: the socket and its directory, and clients of all kinds. */
@Timeout(60)
class ListenerTest {
    private static final int ENDLESS_LINE = 1000;

    @TempDir
    Path temporary;

    private final AtomicInteger open = new AtomicInteger();
    private final List<SocketChannel> clients = new ArrayList<>();
    private SocketDirectory directory;
    private Listener listener;
    private Path socket;

    /** Answers a word with itself; "endless" with lines for ever. */
    private final Source source = new Source() {
        @Override
        public void tick() {}

        @Override
        public Session open() {
            open.incrementAndGet();
            return new Session() {
                @Override
                public Answer answer(Request request) throws RequestException {
                    return switch (request.word()) {
                        case "refuse" -> throw new RequestException("this is refused");
                        case "fail" -> throw new IllegalStateException("a bug");
                        case "endless" ->
                            out -> {
                                out.append("x".repeat(ENDLESS_LINE)).append('\n');
                                return true;
                            };
                        default -> Answer.of("{\"kind\":\"" + request.word() + "\"}");
                    };
                }

                @Override
                public void close() {
                    open.decrementAndGet();
                }
            };
        }
    };

    @BeforeEach
    void listen() throws IOException {
        directory = new SocketDirectory(Files.createDirectory(
                temporary.resolve("s"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"))));
        socket = directory.socket(ProcessHandle.current().pid());
        listener = Listener.start(source, directory);
        listener.hurry();
    }

    @AfterEach
    void end() throws Exception {
        for (SocketChannel client : clients) {
            client.close();
        }
        listener.close();
        assertThat(open).hasValue(0);
        assertThat(socket).doesNotExist();
    }

    private SocketChannel client() throws IOException {
        SocketChannel client = SocketChannel.open(StandardProtocolFamily.UNIX);
        client.connect(UnixDomainSocketAddress.of(socket));
        clients.add(client);
        return client;
    }

    private static void send(SocketChannel client, String text) throws IOException {
        client.write(StandardCharsets.UTF_8.encode(text));
    }

    /** Reads lines; fewer if the other end closes. */
    private static String read(SocketChannel client, int lines) throws IOException {
        var bytes = new ByteArrayOutputStream();
        ByteBuffer one = ByteBuffer.allocate(1);
        for (int left = lines; left > 0; ) {
            one.clear();
            if (client.read(one) < 0) {
                break;
            }
            bytes.write(one.get(0));
            left -= one.get(0) == '\n' ? 1 : 0;
        }
        return bytes.toString(StandardCharsets.US_ASCII);
    }

    @Test
    void answersOneRequestAfterTheOther() throws IOException {
        SocketChannel client = client();
        send(client, "1 one\n");
        assertThat(read(client, 1)).isEqualTo("{\"kind\":\"one\"}\n");
        send(client, "1 two\n1 three\n");
        assertThat(read(client, 2)).isEqualTo("{\"kind\":\"two\"}\n{\"kind\":\"three\"}\n");
    }

    @Test
    void aRequestMayComeInPieces() throws IOException {
        SocketChannel client = client();
        for (String piece : "1 pieces a=b\n".split("", -1)) {
            send(client, piece);
        }
        assertThat(read(client, 1)).isEqualTo("{\"kind\":\"pieces\"}\n");
    }

    @Test
    void rubbishIsAnsweredWithWhatWasExpectedAndTheConnectionLivesOn() throws IOException {
        SocketChannel client = client();
        for (String rubbish : List.of("", "GET / HTTP/1.1", "2 hello", "1", "1 x y", "1 x y=%zz", "\0\1\2\377")) {
            send(client, rubbish + "\n");
            assertThat(read(client, 1)).startsWith("{\"kind\":\"error\",\"message\":\"expected ");
        }
        send(client, "1 refuse\n1 fine\n");
        assertThat(read(client, 2))
                .isEqualTo("{\"kind\":\"error\",\"message\":\"this is refused\"}\n{\"kind\":\"fine\"}\n");
    }

    @Test
    void aLineThatIsTooLongEndsTheConnection() throws IOException {
        SocketChannel client = client();
        send(client, "1 " + "x".repeat(Request.LONGEST));
        assertThat(read(client, 2)).contains("at most 4096 bytes").hasLineCount(1);
        Eventually.until("the connection has ended", () -> open.get() == 0);
    }

    @Test
    void halfALineAndGoneLeavesNothing() throws IOException {
        SocketChannel client = client();
        send(client, "1 hal");
        client.close();
        Eventually.until("the connection has ended", () -> open.get() == 0);
    }

    @Test
    void aBugInAnAnswerCostsThatConnectionOnly() throws IOException {
        SocketChannel victim = client();
        SocketChannel other = client();
        send(victim, "1 fail\n");
        assertThat(read(victim, 1)).isEmpty();
        send(other, "1 fine\n");
        assertThat(read(other, 1)).isEqualTo("{\"kind\":\"fine\"}\n");
    }

    @Test
    void whoDoesNotReadHoldsNobodyUpAndIsDropped() throws IOException {
        SocketChannel rude = client();
        send(rude, "1 endless\n");
        SocketChannel other = client();
        send(other, "1 fine\n");
        assertThat(read(other, 1)).isEqualTo("{\"kind\":\"fine\"}\n");
        other.close();
        Eventually.until("the connection has ended", () -> open.get() == 0);
    }

    @Test
    void whoSaysNothingIsDropped() throws IOException {
        assertThat(read(client(), 1)).isEmpty();
    }

    @Test
    void theNinthAtTheSameTimeIsToldSo() throws IOException {
        for (int i = 1; i <= 8; i++) {
            SocketChannel client = client();
            send(client, "1 here\n");
            assertThat(read(client, 1)).contains("here");
        }
        assertThat(read(client(), 2)).contains("8 others").hasLineCount(1);
        clients.removeFirst().close();
        Eventually.until("the connection has ended", () -> open.get() == 7);
        SocketChannel next = client();
        send(next, "1 here\n");
        assertThat(read(next, 1)).contains("here");
    }

    @Test
    void onlyTheUserCanReachTheSocket() throws IOException {
        assertThat(Owner.isAtTheOtherEnd(client())).isTrue();
        assertThat(SocketDirectory.problem(directory.path())).isNull();
        Files.setPosixFilePermissions(directory.path(), PosixFilePermissions.fromString("rwxr-x---"));
        assertThat(SocketDirectory.problem(directory.path())).contains("rwxr-x---");
        Files.setPosixFilePermissions(directory.path(), PosixFilePermissions.fromString("rwx------"));
        Path link = Files.createSymbolicLink(temporary.resolve("link"), directory.path());
        assertThat(SocketDirectory.problem(link)).contains("link");
        assertThat(SocketDirectory.problem(Files.createFile(temporary.resolve("file"))))
                .contains("no directory");
    }

    @Test
    void whatTheDeadLeaveBehindIsSweptAndWhatLivesIsNot() throws IOException {
        long dead = 4_000_000_000L;
        Path left = directory.socket(dead);
        try (ServerSocketChannel gone = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            gone.bind(UnixDomainSocketAddress.of(left));
        }
        Path elsewhere = directory.socket(dead + 1);
        Path other = Files.createFile(directory.path().resolve("notes"));
        assertThat(left).exists();
        try (ServerSocketChannel answers = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            answers.bind(UnixDomainSocketAddress.of(elsewhere)); // as a process in another container does

            directory.sweep();

            assertThat(left).doesNotExist();
            assertThat(elsewhere).exists();
            assertThat(socket).exists();
            assertThat(other).exists();
            assertThat(directory.processes()).contains(dead + 1).doesNotContain(dead);
        }
    }

    @Test
    void aPlaceThatIsTakenOrTooLongCostsTheListenerOnly() throws Exception {
        Listener second = Listener.start(source, directory); // somebody answers there already
        second.hurry();
        Path deep = temporary.resolve("x".repeat(120));
        Listener third = Listener.start(source, new SocketDirectory(Files.createDirectory(deep)));
        third.hurry();
        SocketChannel client = client();
        send(client, "1 first\n");
        assertThat(read(client, 1)).isEqualTo("{\"kind\":\"first\"}\n");
        second.close();
        third.close();
        assertThat(deep).isEmptyDirectory();
    }

    @Test
    void requestsComeBackAsTheyWereSent() throws RequestException {
        var request = new Request("snapshot", Map.of("around", "a b=c\n%é", "fold", "20"));
        assertThat(Request.parse(request.line())).isEqualTo(request);
        assertThat(request.number("fold", 1, 100)).isEqualTo(20);
        assertThat(request.number("places", 7, 100)).isEqualTo(7);
        assertThatThrownBy(() -> request.number("fold", 1, 10)).hasMessage("expected fold from 0 to 10, found '20'");
    }

    @Test
    void linesAreJsonInAscii() {
        var line = new StringBuilder();
        new JsonLine(line, "k")
                .put("text", "a\"b\\c\né\u001b")
                .put("none", (String) null)
                .putIf("no", false)
                .seconds("time", 1_234_567_890L)
                .seconds("past", -1_500_000L)
                .put("list", List.of("x", "y"))
                .end();
        assertThat(line)
                .hasToString(
                        "{\"kind\":\"k\",\"text\":\"a\\\"b\\\\c\\u000a\\u00e9\\u001b\",\"time\":1.234567,\"past\":-0.001500,\"list\":[\"x\",\"y\"]}\n");
    }
}
