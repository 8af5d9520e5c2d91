package dev.weft.cli.compare.server;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A running {@link PageServer}. It starts in the background; any thread may use this.
 */
public final class PageServerProcess implements AutoCloseable {
    private static final int START_SECONDS = 30;
    private static final int END_SECONDS = 2;
    private static final int LINES_KEPT = 20;

    private final Process process;
    private final CompletableFuture<Integer> port = new CompletableFuture<>();
    private final Deque<String> lastLines = new ArrayDeque<>(); // guarded by itself

    private PageServerProcess(Process process) {
        this.process = process;
    }

    /**
     * Starts a server.
     *
     * @param seed the seed of its pages
     * @param pages how many pages it has
     * @return the server, which may not listen yet
     * @throws IOException if no process can be started
     */
    public static PageServerProcess start(long seed, int pages) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        // It sleeps most of the time, and its compiler must not compete with what is measured.
        command.addAll(List.of(
                "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xmx128m", "-Xlog:disable", "-Xlog:all=error:stderr"));
        command.addAll(List.of("--sun-misc-unsafe-memory-access=allow", "--enable-native-access=ALL-UNNAMED"));
        Module module = PageServer.class.getModule();
        if (module.isNamed()) {
            command.addAll(List.of("--add-opens", "java.base/java.lang=dev.weft.core"));
            command.addAll(List.of("--module-path", System.getProperty("jdk.module.path", "")));
            command.addAll(List.of("--module", module.getName() + "/" + PageServer.class.getName()));
        } else {
            command.addAll(List.of("--add-opens", "java.base/java.lang=ALL-UNNAMED"));
            command.addAll(List.of("-cp", System.getProperty("java.class.path"), PageServer.class.getName()));
        }
        command.addAll(List.of(Long.toString(seed), Integer.toString(pages)));
        Process process = new ProcessBuilder(command)
                .directory(new File(System.getProperty("user.dir")))
                .redirectErrorStream(true)
                .start();
        PageServerProcess server = new PageServerProcess(process);
        Thread.ofPlatform().daemon().name("weft-page-server-output").start(server::read);
        return server;
    }

    /**
     * Waits until the server listens.
     *
     * @return where it is
     * @throws IOException if it ends instead, or takes too long; the message has what it printed
     * @throws InterruptedException if the thread is interrupted
     */
    public URI uri() throws IOException, InterruptedException {
        try {
            return URI.create("http://127.0.0.1:" + port.get(START_SECONDS, TimeUnit.SECONDS) + "/");
        } catch (ExecutionException | TimeoutException e) {
            throw new IOException(
                    "expected the page server (process " + process.pid() + ") to listen within " + START_SECONDS
                            + " s, found that it "
                            + (process.isAlive() ? "did not" : "ended with status " + process.exitValue())
                            + "; it printed: " + String.join(" | ", lines()));
        }
    }

    /**
     * {@return its process id}
     */
    public long pid() {
        return process.pid();
    }

    /** Ends the server. Idempotent. */
    @Override
    public void close() {
        try {
            process.getOutputStream().close();
            if (!process.waitFor(END_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (IOException e) {
            process.destroyForcibly();
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    private List<String> lines() {
        synchronized (lastLines) {
            return List.copyOf(lastLines);
        }
    }

    private void read() {
        try (BufferedReader output = process.inputReader()) {
            String line;
            while ((line = output.readLine()) != null) {
                if (line.startsWith(PageServer.READY)) {
                    port.complete(Integer.parseInt(line.substring(PageServer.READY.length())));
                    continue;
                }
                synchronized (lastLines) {
                    if (lastLines.size() == LINES_KEPT) {
                        lastLines.removeFirst();
                    }
                    lastLines.addLast(line);
                }
            }
            process.waitFor();
            port.completeExceptionally(new IOException("the page server has ended"));
        } catch (IOException e) {
            port.completeExceptionally(e);
        } catch (InterruptedException e) {
            port.completeExceptionally(e);
            Thread.currentThread().interrupt();
        }
    }
}
