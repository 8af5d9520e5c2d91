package dev.weft.browser;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.opentest4j.TestAbortedException;

/**
 * A headless Chromium with an empty profile, driven over its DevTools protocol on a loopback port that it chooses
 * itself.
 *
 * <p>It is told to stay off the network; the pages under test are files, or come from the loopback address. Used by one
 * thread at a time.
 */
public final class Chromium implements AutoCloseable {
    private static final Pattern ENDPOINT = Pattern.compile("DevTools listening on (ws://\\S+)");
    private static final List<String> NAMES =
            List.of("chromium", "chromium-browser", "google-chrome", "chrome", "msedge");
    private static final List<String> PLACES = List.of(
            "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
            "/Applications/Chromium.app/Contents/MacOS/Chromium",
            "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe");

    private final Process process;
    private final Path profile;
    private final DevTools tools;

    private Chromium(Process process, Path profile, DevTools tools) {
        this.process = process;
        this.profile = profile;
        this.tools = tools;
    }

    /**
     * Starts the browser of this machine, for a test. Where there is none, the calling test is skipped, and on CI,
     * which has the variable {@code CI}, it fails.
     *
     * @return the browser; close it
     * @throws Exception if it does not start
     */
    public static Chromium startOrSkip() throws Exception {
        Optional<Path> executable = find();
        if (executable.isEmpty()) {
            String message = "no Chromium or Chrome found; install one, or name it in CHROME_BIN";
            if (System.getenv("CI") == null) {
                throw new TestAbortedException(message);
            }
            throw new AssertionError(message);
        }
        return start(executable.get());
    }

    /** Looks for a browser in {@code CHROME_BIN}, on the path, and where installers put it. */
    private static Optional<Path> find() {
        String search = System.getenv().getOrDefault("PATH", "");
        Stream<String> onPath = Stream.of(search.split(File.pathSeparator))
                .flatMap(directory -> NAMES.stream().map(name -> directory + File.separator + name));
        return Stream.concat(Stream.ofNullable(System.getenv("CHROME_BIN")), Stream.concat(onPath, PLACES.stream()))
                .map(Path::of)
                .filter(Files::isExecutable)
                .findFirst();
    }

    /**
     * Starts a browser.
     *
     * @param executable which one
     * @return it
     * @throws IllegalStateException if it ends or stays silent instead of saying where it listens; with what it said
     */
    private static Chromium start(Path executable) throws Exception {
        Path profile = Files.createTempDirectory("weft-chromium-");
        Process process = new ProcessBuilder(
                        executable.toString(),
                        "--headless",
                        // Containers in which tests run have no room for Chromium's sandbox; it only sees pages of this
                        // project.
                        "--no-sandbox",
                        "--disable-gpu",
                        "--disable-quic",
                        "--no-first-run",
                        "--disable-background-networking",
                        "--disable-component-update",
                        "--disable-sync",
                        "--remote-debugging-port=0",
                        "--user-data-dir=" + profile)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        var endpoint = new CompletableFuture<String>();
        Thread.ofVirtual().name("chromium-stderr").start(() -> readEndpoint(process, endpoint));
        try {
            return new Chromium(process, profile, DevTools.connect(endpoint.get(60, TimeUnit.SECONDS)));
        } catch (Exception e) {
            end(process, profile);
            throw new IllegalStateException("%s did not say where it listens".formatted(executable), e);
        }
    }

    /** Reads until the end of the stream, so that the browser never blocks on a full pipe. */
    private static void readEndpoint(Process process, CompletableFuture<String> endpoint) {
        List<String> said = new ArrayList<>();
        try (var lines = new BufferedReader(new InputStreamReader(process.getErrorStream(), UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                Matcher matcher = ENDPOINT.matcher(line);
                if (matcher.find()) {
                    endpoint.complete(matcher.group(1));
                } else if (!endpoint.isDone()) {
                    said.add(line);
                }
            }
            endpoint.completeExceptionally(new IllegalStateException("it ended, having said: " + said));
        } catch (IOException e) {
            endpoint.completeExceptionally(e);
        }
    }

    /**
     * Opens an empty tab.
     *
     * @return the tab
     */
    public Tab open() {
        return Tab.open(tools);
    }

    /** Ends the browser and removes its profile. */
    @Override
    public void close() throws IOException {
        tools.close();
        end(process, profile);
    }

    private static void end(Process process, Path profile) throws IOException {
        List<ProcessHandle> helpers = process.descendants().toList();
        process.destroy();
        process.onExit().completeOnTimeout(process, 10, TimeUnit.SECONDS).join();
        if (process.isAlive()) {
            process.destroyForcibly().onExit().join();
        }
        for (ProcessHandle helper : helpers) {
            helper.destroyForcibly();
            helper.onExit().join();
        }
        try (Stream<Path> files = Files.walk(profile)) {
            files.sorted(Comparator.reverseOrder()).forEach(Chromium::delete);
        }
    }

    private static void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
