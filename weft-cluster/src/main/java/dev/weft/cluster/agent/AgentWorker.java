package dev.weft.cluster.agent;

import dev.weft.cluster.wire.Message;
import dev.weft.cluster.wire.Relay;
import dev.weft.cluster.wire.StartBody;
import dev.weft.process.internal.ProcessSupport;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/**
 * One worker process of a driver, from its start to its end, seen from the agent. A virtual thread of its own keeps it:
 *
 * <pre>
 *   directory, socket, arguments ──► process ──► connected: its bytes are relayed ──► ended: what is left of bytes
 * and lines, then EXIT
 * </pre>
 *
 * <p>{@code received} and {@code kill} may be called by any thread at any moment, also before there is a process.
 */
final class AgentWorker implements Runnable {
    private static final int MARK = 8;
    private static final int KILLED = 137;
    private static final int MOST_OF_MARK = 1 << 17;
    private static final int LINES = 32 << 10;
    /**
     * How long to wait for the last lines of a process that has ended; a child that it started may hold the pipe for
     * ever.
     */
    private static final long LAST_LINES_MILLIS = 250;
    /** How long what a dead worker has written may take to be sent. */
    private static final long LAST_BYTES_MILLIS = 30_000;

    private final int number;
    private final StartBody start;
    private final Path directory;
    private final List<String> classes;
    private final Places places;
    private final Relay.Peer driver;
    private final Runnable ended;
    private final CountDownLatch end = new CountDownLatch(1);

    private volatile @Nullable Process process;
    private volatile @Nullable Relay relay;
    private volatile boolean killed;

    AgentWorker(
            int number,
            StartBody start,
            Path directory,
            List<String> classes,
            Places places,
            Relay.Peer driver,
            Runnable ended) {
        this.number = number;
        this.start = start;
        this.directory = directory;
        this.classes = classes;
        this.places = places;
        this.driver = driver;
        this.ended = ended;
    }

    void received(Message message) throws IOException {
        Relay stream = relay;
        switch (message.type()) {
            case KILL -> kill();
            case TERMINATE -> {
                Process started = process;
                if (started != null) {
                    started.destroy();
                } else {
                    kill();
                }
            }
            case DATA -> {
                if (stream != null) {
                    stream.data(message.body());
                }
            }
            case TAKEN -> {
                if (stream != null) {
                    stream.taken(message.in().readInt());
                }
            }
            case CLOSED -> {
                if (stream != null) {
                    stream.end();
                }
            }
            default -> throw new IOException("expected what concerns a worker, found " + message.type());
        }
    }

    void kill() {
        killed = true;
        Process started = process;
        if (started != null) {
            started.destroyForcibly();
        }
    }

    void awaitEnd() throws InterruptedException {
        end.await();
    }

    @Override
    public void run() {
        try {
            live();
        } catch (IOException | RuntimeException | InterruptedException e) {
            Process started = process;
            if (started != null) {
                started.destroyForcibly();
            }
            driver.send(Message.of(Message.Verb.REFUSED, number, "could not start the worker: " + e.getMessage()));
        } finally {
            Relay stream = relay;
            if (stream != null) {
                stream.close();
            }
            try {
                Session.delete(directory);
            } catch (IOException e) {
                System.err.println("weft: " + directory + " of a worker stays until its driver leaves: " + e);
            }
            ended.run();
            end.countDown();
        }
    }

    private void live() throws IOException, InterruptedException {
        Files.createDirectory(directory);
        Path mark = directory.resolve("m" + number);
        Files.write(mark, new byte[MARK]);
        Process started;
        Thread out;
        Thread err;
        int code;
        try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(UnixDomainSocketAddress.of(directory.resolve("s")), 1);
            started = ProcessSupport.get().start(command());
            process = started;
            if (killed) {
                started.destroyForcibly(); // it was not there yet when it was killed
            }
            long pid = started.pid();
            driver.send(Message.of(Message.Verb.STARTED, number, Message.bytes(body -> body.writeLong(pid))));
            out = pump(started.getInputStream(), Message.Verb.OUT);
            err = pump(started.getErrorStream(), Message.Verb.ERR);
            Thread.ofVirtual().start(() -> accept(server));
            try (OutputStream in = started.getOutputStream()) {
                in.write(start.input());
            } catch (IOException e) {
                // It has ended already, which its exit code and its last words explain better.
            }
            code = started.waitFor();
        }
        Relay stream = relay;
        if (stream != null) {
            boolean _ = stream.awaitEnd(LAST_BYTES_MILLIS);
        }
        out.join(LAST_LINES_MILLIS);
        err.join(LAST_LINES_MILLIS);
        byte[] left = readMark(mark);
        driver.send(Message.of(Message.Verb.EXIT, number, Message.bytes(body -> {
            body.writeInt(killed && code == 0 ? KILLED : code);
            body.write(left);
        })));
    }

    private static byte[] readMark(Path mark) throws IOException {
        try (InputStream in = Files.newInputStream(mark)) {
            return in.readNBytes(MOST_OF_MARK);
        }
    }

    private void accept(ServerSocketChannel server) {
        try {
            SocketChannel channel = server.accept();
            var stream = new Relay(number, channel, driver);
            relay = stream;
            driver.send(Message.of(Message.Verb.OPEN, number));
            stream.start();
        } catch (IOException e) {
            // the worker has ended before it came
        }
    }

    private Thread pump(InputStream lines, Message.Verb type) {
        return Thread.ofVirtual().name("weft-worker-" + number + "-" + type).start(() -> {
            byte[] piece = new byte[LINES];
            try (lines) {
                for (int read = lines.read(piece); read >= 0; read = lines.read(piece)) {
                    driver.send(Message.of(type, number, Arrays.copyOf(piece, read)));
                }
            } catch (IOException e) {
                // the process was killed while its pipe was read: there is no more
            }
        });
    }

    private ProcessBuilder command() throws IOException {
        List<String> lines = new ArrayList<>();
        lines.add("-Xmx" + (start.heap() > 0 ? start.heap() : places.heap(memory())));
        lines.add("-XX:ActiveProcessorCount=" + places.processors());
        lines.add("-XX:ErrorFile=" + Path.of(System.getProperty("java.io.tmpdir"), "weft-crash-%p.log"));
        lines.addAll(start.flags());
        lines.addAll(classes);
        Path arguments = directory.resolve("args");
        Files.write(arguments, lines.stream().map(AgentWorker::quoted).toList());
        String java = File.separatorChar == '\\' ? "java.exe" : "java";
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", java).toString());
        command.add("@" + arguments);
        command.addAll(start.main());
        command.addAll(List.of(
                directory.toString(),
                Integer.toString(number),
                Integer.toString(start.longestAnswer()),
                "-",
                start.pool()));
        var builder = new ProcessBuilder(command).directory(directory.toFile());
        for (int i = 0; i + 1 < start.environment().size(); i += 2) {
            builder.environment()
                    .put(start.environment().get(i), start.environment().get(i + 1));
        }
        return builder;
    }

    private static long memory() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof com.sun.management.OperatingSystemMXBean system
                ? system.getTotalMemorySize()
                : Runtime.getRuntime().maxMemory() * 4;
    }

    private static String quoted(String argument) {
        return '"' + argument.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n") + '"';
    }
}
