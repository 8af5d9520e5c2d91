package dev.weft.net;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.weft.Action;
import dev.weft.Cancelled;
import dev.weft.Task;
import dev.weft.TaskGroup;
import dev.weft.TimedOutException;
import dev.weft.Weft;
import dev.weft.sync.Event;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

@ParameterizedClass
@EnumSource(Platform.class)
@ExtendWith(LeakCheck.class)
@Timeout(60)
@SuppressWarnings("try") // to close within the block is what some of these are about
class StreamTest {
    @TempDir
    static Path directory;

    @Parameter
    Platform platform;

    @BeforeEach
    void skipWhatThisSystemHasNotGot() {
        platform.assumeAvailable();
    }

    /** Runs a talk between both ends of a connection. */
    private void talk(Talk talk) throws Exception {
        Talk.on(platform, talk);
    }

    private static String text(byte[] bytes) {
        return new String(bytes, UTF_8);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    /** Runs something in a task until it waits, and cancels it there. */
    private static void cancelWhileWaiting(Action<Exception> body) {
        try (var group = TaskGroup.open()) {
            Task<?> task = group.spawnNow(body);
            task.cancel("enough");
            assertThatThrownBy(task::await).isInstanceOf(CancellationException.class);
        }
    }

    @Test
    void whatOneEndWritesTheOtherReads() throws Exception {
        talk((client, server) -> {
            client.write("hello");
            assertThat(text(server.readExactly(5))).isEqualTo("hello");
            server.write("world");
            server.shutdownOutput();
            assertThat(text(client.readAll(100))).isEqualTo("world");
            assertThat(client.read(10)).isEmpty();
            assertThat(client.read(new byte[3], 0, 3)).isEqualTo(-1);
            assertThat(client.remoteAddress()).isEqualTo(server.localAddress());
            assertThat(client.localAddress()).isEqualTo(server.remoteAddress());
        });
    }

    @Test
    void aStreamWhosePeerDoesNotReadKeepsItsBytesWhileOthersSendTheirs() throws Exception {
        var bytes = new byte[8 * 1024 * 1024];
        new Random(1).nextBytes(bytes);
        talk((client, server) -> {
            try (var listener = TcpListener.open(0);
                    var other = TcpStream.connect("127.0.0.1", listener.port());
                    var peer = listener.accept();
                    var group = TaskGroup.open()) {
                group.spawn(() -> {
                    for (int at = 0; at < bytes.length; at += 1024) {
                        client.write(bytes, at, 1024);
                    }
                });
                for (int i = 0; i < 100; i++) {
                    other.write("message " + i + "\n");
                    assertThat(peer.readLine()).isEqualTo("message " + i);
                }
                assertThat(Arrays.equals(server.readExactly(bytes.length), bytes))
                        .isTrue();
            }
        });
    }

    @Test
    void anEndThatHasShutItsOutputDownGoesOnReading() throws Exception {
        talk((client, server) -> {
            client.write("question");
            client.shutdownOutput();
            client.shutdownOutput();
            assertThat(text(server.readAll(100))).isEqualTo("question");
            server.write("answer");
            assertThat(text(client.readExactly(6))).isEqualTo("answer");
            assertThatThrownBy(() -> client.write("more"))
                    .isInstanceOf(SocketException.class)
                    .hasMessageContaining("shut down on this side");
        });
    }

    @Test
    void aMissingRestCarriesWhatCame() throws Exception {
        talk((client, server) -> {
            client.write("abc");
            client.shutdownOutput();
            var incomplete = catchThrowableOfType(IncompleteReadException.class, () -> server.readExactly(10));
            assertThat(text(incomplete.partial())).isEqualTo("abc");
            assertThat(incomplete).hasMessageContaining("after 3 of the 10 bytes");
            assertThatThrownBy(() -> server.readUntil(bytes("\n"), 10)).isInstanceOf(IncompleteReadException.class);
        });
    }

    @Test
    @DisplayName(
            "P172 a line that is too long is dropped up to its end, and the next one can be read; one as long as the limit is fine")
    void linesHaveALimit() throws Exception {
        talk((client, server) -> {
            client.write("12345\n123456\nnext\r\n");
            assertThat(server.readLine(5)).isEqualTo("12345");
            var overrun = catchThrowableOfType(LimitOverrunException.class, () -> server.readLine(5));
            assertThat(overrun.limit()).isEqualTo(5);
            assertThat(server.readLine(5)).isEqualTo("next");

            client.write("x".repeat(100)); // its end comes later
            assertThatThrownBy(() -> server.readLine(5)).isInstanceOf(LimitOverrunException.class);
            client.write("x".repeat(100) + "\nafter\nlast");
            client.shutdownOutput();
            assertThat(server.readLine(5)).isEqualTo("after");
            assertThat(server.readLine(5)).isEqualTo("last");
            assertThat(server.readLine(5)).isNull();
        });
    }

    @Test
    void linesAreIteratedToTheEnd() throws Exception {
        talk((client, server) -> {
            client.write("one\r\ntwo\n\nfour");
            client.shutdownOutput();
            var lines = new ArrayList<String>();
            server.lines().forEach(lines::add);
            assertThat(lines).containsExactly("one", "two", "", "four");
        });
    }

    @Test
    @DisplayName("P174 of several separators the match that ends first wins")
    void severalSeparators() throws Exception {
        talk((client, server) -> {
            client.write("a--b-;c");
            List<byte[]> separators = List.of(bytes("--b-;"), bytes("--b"), bytes(";"));
            assertThat(text(server.readUntil(separators, 10))).isEqualTo("a--b");
            assertThat(text(server.readUntil(separators, 10))).isEqualTo("-;");
            assertThat(text(server.readExactly(1))).isEqualTo("c");
        });
    }

    @Test
    void aSeparatorIsFoundAcrossPiecesAndALimitLeavesTheBytesThere() throws Exception {
        talk((client, server) -> {
            try (var group = TaskGroup.open()) {
                Task<byte[]> reading = group.spawnNow(() -> server.readUntil(bytes("END"), 100));
                for (String piece : List.of("abE", "EN", "D", "rest")) {
                    client.write(piece);
                    client.flush();
                }
                assertThat(text(reading.await())).isEqualTo("abEEND");
            }
            assertThatThrownBy(() -> server.readUntil(bytes(";"), 3)).isInstanceOf(LimitOverrunException.class);
            assertThat(text(server.readExactly(4))).isEqualTo("rest");
        });
    }

    @Test
    @DisplayName("P169 a read that is cancelled ends at once")
    void aCancelledReadLosesNothing() throws Exception {
        talk((client, server) -> {
            client.write("abc");
            assertThatThrownBy(() -> Weft.withTimeout(Duration.ofMillis(50), () -> server.readExactly(6)))
                    .isInstanceOf(TimedOutException.class);
            cancelWhileWaiting(() -> server.readExactly(6));
            cancelWhileWaiting(() -> server.readUntil(bytes(";"), 100));
            cancelWhileWaiting(() -> server.readLine());
            cancelWhileWaiting(() -> server.readAll(100));
            client.write("def");
            assertThat(text(server.readExactly(6))).isEqualTo("abcdef");
        });
    }

    @Test
    void aReaderThatWaitsGetsWhatFitsItsArrayAndTheNextOneTheRest() throws Exception {
        talk((client, server) -> {
            byte[] into = bytes("........");
            try (var group = TaskGroup.open()) {
                var read = group.spawnNow(() -> server.read(into, 2, 3));
                client.write("abcde");
                assertThat(read.await()).isEqualTo(3);
            }
            assertThat(text(into)).isEqualTo("..abc...");
            assertThat(text(server.readExactly(2))).isEqualTo("de");
        });
    }

    @Test
    void aReaderThatIsCancelledLeavesItsArrayAlone() throws Exception {
        talk((client, server) -> {
            byte[] into = bytes("....");
            cancelWhileWaiting(() -> server.read(into, 0, 4));
            client.write("data");
            assertThat(text(server.readExactly(4))).isEqualTo("data");
            assertThat(text(into)).isEqualTo("....");
        });
    }

    @Test
    void aSecondReaderIsRefused() throws Exception {
        talk((client, server) -> {
            try (var group = TaskGroup.open()) {
                group.spawnNow(() -> server.read(1));
                assertThatThrownBy(() -> server.read(1))
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessageContaining("one task reads at a time");
                group.cancel("done");
            }
        });
    }

    @Test
    void aPeerThatReadsNothingHoldsTheWriterUpAndACancelledWriteHasWrittenNothing() throws Exception {
        talk((client, server) -> {
            byte[] chunk = new byte[32 * 1024];
            long before;
            while (true) { // until the buffers of both ends and of the system are full
                before = client.written();
                if (!Weft.moveOnAfter(Duration.ofMillis(200), () -> client.write(chunk))) {
                    break;
                }
            }
            assertThat(client.written()).isEqualTo(before);
            long total = before;
            try (var group = TaskGroup.open()) {
                group.spawn(() -> {
                    for (long left = total; left > 0; left -= server.read((int) Math.min(left, 1 << 20)).length) {}
                });
                client.flush();
                group.join();
            }
            client.write("still good");
            assertThat(text(server.readExactly(10))).isEqualTo("still good");
        });
    }

    @Test
    @DisplayName("P178 all who wait for room to write are released, in their order, and writes are not mixed")
    void manyWriters() throws Exception {
        talk((client, server) -> {
            int writers = 20;
            int size = 50_000;
            try (var group = TaskGroup.open()) {
                for (int i = 0; i < writers; i++) {
                    byte[] mine = new byte[size];
                    Arrays.fill(mine, (byte) i);
                    group.spawnNow(() -> client.write(mine));
                }
                for (int i = 0; i < writers; i++) {
                    byte[] expected = new byte[size];
                    Arrays.fill(expected, (byte) i);
                    assertThat(server.readExactly(size)).isEqualTo(expected);
                }
                group.join();
            }
        });
    }

    @Test
    void muchGoesThroughUnchanged() throws Exception {
        talk((client, server) -> {
            byte[] much = new byte[3_000_000];
            new Random(1).nextBytes(much);
            try (var group = TaskGroup.open()) {
                group.spawn(() -> {
                    var random = new Random(2);
                    int at = 0;
                    while (at < much.length) {
                        int length = Math.min(much.length - at, random.nextInt(100_000));
                        client.write(much, at, length);
                        at += length;
                    }
                    client.shutdownOutput();
                });
                assertThat(server.readAll(much.length)).isEqualTo(much);
                group.join();
            }
        });
    }

    @Test
    void readAllHasALimitAndLeavesTheBytesThere() throws Exception {
        talk((client, server) -> {
            client.write("12345");
            client.shutdownOutput();
            assertThatThrownBy(() -> server.readAll(4)).isInstanceOf(LimitOverrunException.class);
            assertThat(text(server.readAll(5))).isEqualTo("12345");
        });
    }

    @Test
    @DisplayName("P176 a broken connection is reported even if bytes are left to read")
    void aResetBeatsWhatIsLeft() throws Exception {
        talk((client, server) -> {
            client.write("left");
            assertThat(text(server.readExactly(1))).isEqualTo("l");
            try (var group = TaskGroup.open()) {
                group.spawnNow(() -> assertThatThrownBy(() -> server.readExactly(10))
                        .isInstanceOf(SocketException.class)
                        .hasMessageContaining("is broken"));
                client.abort();
                group.join();
            }
            assertThatThrownBy(() -> server.read(1)).isInstanceOf(SocketException.class);
        });
    }

    @Test
    @DisplayName("P177 a connection that breaks after its only reader was cancelled does no harm")
    void aBreakWithoutAReader() throws Exception {
        talk((client, server) -> {
            cancelWhileWaiting(() -> server.read(1));
            client.abort();
            assertThatThrownBy(() -> server.read(1)).isInstanceOf(SocketException.class);
        });
    }

    @Test
    @DisplayName("P183 writing and flushing after the end is an error")
    void afterTheEnd() throws Exception {
        talk((client, server) -> {
            client.close();
            client.close();
            for (Action<Exception> use : List.<Action<Exception>>of(
                    () -> client.write("x"), client::flush, () -> client.read(1), client::readLine)) {
                assertThatThrownBy(use::run)
                        .isInstanceOf(SocketException.class)
                        .hasMessageContaining("has been closed on this side");
            }
            assertThat(server.read(1)).isEmpty();
        });
    }

    @Test
    void closingEndsTheWaitOfAReader() throws Exception {
        talk((client, server) -> {
            try (var group = TaskGroup.open()) {
                group.spawnNow(() -> assertThatThrownBy(() -> server.read(1))
                        .isInstanceOf(SocketException.class)
                        .hasMessageContaining("closed on this side"));
                server.close();
                group.join();
            }
        });
    }

    @Test
    @DisplayName("P168 a writer is told when the reading end goes away")
    void aWriterIsToldWhenTheReaderGoesAway() throws Exception {
        talk((client, server) -> {
            server.close();
            assertThatThrownBy(() -> {
                        while (true) {
                            client.write(new byte[1000]);
                            client.flush();
                        }
                    })
                    .isInstanceOf(SocketException.class)
                    .hasMessageContaining("is broken");
        });
    }

    @Test
    void whatIsWrittenBeforeCloseArrives() throws Exception {
        talk((client, server) -> {
            byte[] much = new byte[500_000];
            try (var group = TaskGroup.open()) {
                Task<byte[]> reading = group.spawn(() -> server.readAll(much.length));
                client.write(much);
                client.close();
                assertThat(reading.await()).hasSize(much.length);
            }
        });
    }

    @Test
    void aCancelledCloseDropsWhatCannotBeSent() throws Exception {
        talk((client, server) -> {
            while (Weft.moveOnAfter(Duration.ofMillis(100), () -> client.write(new byte[32 * 1024]))) {}
            var scope = dev.weft.CancelScope.create().expireAfter(Duration.ofMillis(50));
            assertThat(scope.run(client::close)).isFalse();
            assertThat(client.isClosed()).isTrue();
        });
    }

    @Test
    void filesAreSent() throws Exception {
        Path file = directory.resolve(platform + ".bin");
        byte[] content = new byte[2_500_000];
        new Random(3).nextBytes(content);
        Files.write(file, content);
        talk((client, server) -> {
            try (var group = TaskGroup.open()) {
                group.spawn(() -> {
                    client.write("before");
                    assertThat(client.sendFile(file)).isEqualTo(content.length);
                    assertThat(client.sendFile(file, 10, 20)).isEqualTo(20);
                    assertThat(client.sendFile(file, content.length, 5)).isZero();
                    client.write("after");
                    client.shutdownOutput();
                });
                assertThat(text(server.readExactly(6))).isEqualTo("before");
                assertThat(server.readExactly(content.length)).isEqualTo(content);
                assertThat(server.readExactly(20)).isEqualTo(Arrays.copyOfRange(content, 10, 30));
                assertThat(text(server.readAll(100))).isEqualTo("after");
                group.join();
            }
            assertThatThrownBy(() -> server.sendFile(file.resolveSibling("missing")))
                    .isInstanceOf(java.nio.file.NoSuchFileException.class);
        });
    }

    @Test
    void anotherThreadIsRefused() throws Exception {
        talk((client, server) -> {
            var failure = Weft.offload(() -> catchThrowableOfType(IllegalStateException.class, () -> client.read(1)));
            assertThat(failure).hasMessageContaining("is for coroutines of its loop");
        });
    }

    @Test
    void badArgumentsAreRefused() throws Exception {
        talk((client, server) -> {
            assertThatThrownBy(() -> client.read(0)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> client.readExactly(-1)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> client.readUntil(List.of(), 1)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> client.readUntil(new byte[0], 1)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> client.write(new byte[1], 1, 1)).isInstanceOf(IndexOutOfBoundsException.class);
            assertThatThrownBy(() -> TcpStream.to("localhost", 0)).isInstanceOf(IllegalArgumentException.class);
        });
    }

    @Test
    void aReadOfACancelledTaskTakesNothing() throws Exception {
        talk((client, server) -> {
            client.write("abc");
            assertThat(text(server.readExactly(1))).isEqualTo("a");
            var reached = new Event();
            try (var group = TaskGroup.open()) {
                Task<?> task = group.spawnNow(() -> {
                    try {
                        reached.await();
                    } catch (Cancelled _) {
                        server.read(10); // bytes are there, and this is a checkpoint
                    }
                });
                task.cancel("enough");
                assertThatThrownBy(task::await).isInstanceOf(CancellationException.class);
            }
            assertThat(text(server.read(10))).isEqualTo("bc");
        });
    }
}
