package dev.weft.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.Job;
import java.io.IOException;
import java.io.OutputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Whoever connects to the pool's socket without being a worker gets nothing and harms nothing. */
@Timeout(60)
class StrangerIT {
    private WorkerPool pool;

    @BeforeEach
    void open() {
        pool = (WorkerPool) ProcessPool.builder().workers(1).heap("64m").build();
    }

    @AfterEach
    void close() {
        pool.close();
    }

    private SocketChannel connect() throws IOException {
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        channel.connect(UnixDomainSocketAddress.of(pool.directory().socket()));
        return channel;
    }

    private static void assertDropped(SocketChannel stranger) {
        int count;
        try {
            count = stranger.read(ByteBuffer.allocate(16));
        } catch (IOException e) {
            count = -1; // reset, since it had not read everything
        }
        assertThat(count).as("what a stranger reads").isEqualTo(-1);
    }

    private void assertThePoolWorks() {
        assertThat(pool.submit(() -> 42).await()).isEqualTo(42);
    }

    private static ByteBuffer bytes(Frame frame) {
        var buffer = ByteBuffer.allocate(Frame.HEADER + frame.length());
        frame.putHeader(buffer);
        return buffer.put(frame.body(), 0, frame.length()).flip();
    }

    @Test
    void garbageIsDropped() throws IOException {
        var random = new Random(11);
        for (int i = 0; i < 20; i++) {
            byte[] garbage = new byte[1 + random.nextInt(5000)];
            random.nextBytes(garbage);
            try (SocketChannel stranger = connect()) {
                stranger.write(ByteBuffer.wrap(garbage));
                stranger.shutdownOutput();
                assertDropped(stranger);
            }
        }
        assertThePoolWorks();
    }

    @Test
    void aGreetingWithTheWrongTokenIsDropped() throws IOException {
        for (int number : new int[] {1, 2, -1}) {
            try (SocketChannel stranger = connect()) {
                stranger.write(bytes(new Hello(number, new byte[Hello.TOKEN], 1L << 40).frame()));
                assertDropped(stranger);
            }
        }
        assertThePoolWorks();
    }

    @Test
    void aResultWithoutAGreetingIsDropped() throws IOException {
        try (SocketChannel stranger = connect()) {
            byte[] body = new byte[200];
            stranger.write(bytes(new Frame(Frame.RESULT, Kind.BYTES, 1, body, body.length)));
            assertDropped(stranger);
        }
        assertThePoolWorks();
    }

    @Test
    void aWorkerThatFindsSomebodyElseInPlaceOfItsPoolDoesNothingForThem(@TempDir Path directory) throws Exception {
        try (var impostor = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            impostor.bind(UnixDomainSocketAddress.of(directory.resolve("s")));
            Process worker = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-cp",
                            System.getProperty("java.class.path"),
                            WorkerMain.class.getName(),
                            directory.toString(),
                            "1",
                            "1000000",
                            "impostor")
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            try (OutputStream in = worker.getOutputStream()) {
                in.write(new byte[2 * Hello.TOKEN]);
            }
            String file = directory.resolve("started").toString();
            Job<Integer> work = () -> {
                Jobs.started(file);
                return 0;
            };
            var encoder = new Encoder(Encoder.MOST_BYTES, null);
            byte kind = encoder.encodeWork(work);
            try (SocketChannel channel = impostor.accept()) {
                byte[] guess = new byte[Hello.TOKEN];
                guess[0] = 1;
                channel.write(bytes(new Frame(Frame.WELCOME, Kind.BYTES, 1, guess, guess.length)));
                channel.write(bytes(new Frame(Frame.TASK, kind, 1, encoder.bytes(), encoder.length())));
                assertThat(worker.waitFor(20, TimeUnit.SECONDS)).isTrue();
            } finally {
                worker.destroyForcibly();
            }
            assertThat(directory.resolve("started")).doesNotExist();
        }
    }

    @Test
    void manyWhoSayNothingKeepNobodyOut() throws IOException {
        List<SocketChannel> silent = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            silent.add(connect());
        }
        Jobs.kill(pool.submit(Jobs::pid).await()); // its replacement has to get in
        assertThePoolWorks();
        assertDropped(silent.getFirst());
        for (SocketChannel channel : silent) {
            channel.close();
        }
    }
}
