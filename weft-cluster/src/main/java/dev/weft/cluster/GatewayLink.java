package dev.weft.cluster;

import dev.weft.cluster.gateway.GatewayMain;
import dev.weft.cluster.launch.EngineJvm;
import dev.weft.process.connection.AuthKey;
import dev.weft.process.connection.Connection;
import dev.weft.process.connection.Listener;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.UnixDomainSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A gateway, and the connection to it.
 *
 * @param connection the connection
 * @param closer ends what is behind it, once it is closed
 */
record GatewayLink(Connection connection, Runnable closer) {
    private static final Duration LOOK = Duration.ofMillis(200);
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(60);
    private static final long LEAVING_SECONDS = 5;

    /**
     * Starts the gateway of a driver in a JVM of its own.
     *
     * @param credentials the directory with what it shows to the cluster
     * @throws ClusterException if it cannot be started
     */
    static GatewayLink start(Path credentials) {
        AuthKey key = AuthKey.random();
        Process process = null;
        try (var listener = Listener.open(key)) {
            if (!(listener.address() instanceof UnixDomainSocketAddress address)) {
                throw new AssertionError("a listener is on " + listener.address());
            }
            process = EngineJvm.start(
                    GatewayMain.class,
                    List.of(),
                    List.of(
                            credentials.toAbsolutePath().toString(),
                            address.getPath().toString()),
                    false);
            Process started = process;
            Thread.ofVirtual().name("weft-gateway-out").start(() -> print(started));
            try (OutputStream in = started.getOutputStream()) {
                in.write(key.bytes());
            }
            long deadline = System.nanoTime() + PATIENCE_NANOS;
            Connection connection = null;
            while (connection == null && started.isAlive() && System.nanoTime() - deadline < 0) {
                connection = listener.accept(LOOK);
            }
            if (connection == null) {
                throw new IOException(started.isAlive() ? "it has not come within 60 s" : "it has ended");
            }
            process = null;
            return new GatewayLink(connection, () -> end(started));
        } catch (IOException e) {
            throw new ClusterException("the gateway to the cluster cannot be started: " + e.getMessage(), e);
        } finally {
            if (process != null) {
                process.destroyForcibly();
            }
        }
    }

    /** What it says of itself goes where this JVM's own complaints go. */
    private static void print(Process process) {
        try (var lines = new BufferedReader(new InputStreamReader(process.getErrorStream(), StandardCharsets.UTF_8))) {
            for (@Nullable String line = lines.readLine(); line != null; line = lines.readLine()) {
                System.err.println(line);
            }
        } catch (IOException e) {
            // it was killed: there is no more
        }
    }

    private static void end(Process process) {
        try {
            if (!process.waitFor(LEAVING_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
