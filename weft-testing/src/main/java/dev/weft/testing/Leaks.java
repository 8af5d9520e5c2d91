package dev.weft.testing;

import dev.weft.loop.kernel.Inspection;
import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Threads that died of an error while a test ran, and platform threads, child processes and (on Linux) sockets that a
 * test leaves behind: those that are there after it and were not before.
 *
 * <p>Where tests overlap in time, nobody can say whose they are, and nobody is blamed. Threads that live as long as the
 * JVM, of the JDK and of Weft, do not count.
 */
final class Leaks {
    private static final long PATIENCE = TimeUnit.MILLISECONDS.toNanos(500);
    private static final int MOST_FRAMES = 6;
    private static final Path DESCRIPTORS = Path.of("/proc/self/fd");

    private static final Pattern LASTING = Pattern.compile(
            "ForkJoinPool.*|weft-inspect.*|weft-offload-.*|weft-tls-.*|weft-process-.*|VirtualThread-.*|.*-Poller.*|MasterPoller.*|process reaper.*|Common-Cleaner|"
                    + "Cleaner-\\d+|CompletableFutureDelayScheduler|JFR .*|Attach Listener|Notification Thread|Signal Dispatcher|SIG.* handler|"
                    + "surefire-.*|weft-test-loop of .*|junit-.*|globalEventExecutor.*|ObjectCleanerThread");

    static {
        // With its first channel the JDK opens a socket of its own, which it keeps: that is no leak of a test.
        try {
            SocketChannel.open().close();
        } catch (IOException e) {
            // then tests will not get far with sockets either
        }
        Inspection.beginNow(); // or its socket would be opened in the middle of a test
    }

    private static final AtomicInteger RUNNING = new AtomicInteger();
    private static final AtomicInteger BEGUN = new AtomicInteger();

    private final Set<Thread> threads = new HashSet<>(threads());
    private final Set<Long> processes = processes();
    private final Set<String> sockets = sockets();
    private final boolean alone;
    private final int number;
    private final @Nullable UncaughtErrors uncaught;

    private Leaks() {
        alone = RUNNING.getAndIncrement() == 0;
        number = BEGUN.incrementAndGet();
        uncaught = alone ? UncaughtErrors.begin() : null;
    }

    /** Begins to look. */
    static Leaks begin() {
        return new Leaks();
    }

    /**
     * Ends it.
     *
     * @throws Problem if something was left behind
     */
    void end() {
        RUNNING.decrementAndGet();
        Problem error = uncaught == null ? null : uncaught.end();
        if (!alone || BEGUN.get() != number) {
            return;
        }
        if (error != null) {
            throw error;
        }
        List<String> left = left();
        long deadline = System.nanoTime() + PATIENCE;
        while (!left.isEmpty() && System.nanoTime() - deadline < 0) {
            try {
                Thread.sleep(5); // what is about to end needs real time
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                break;
            }
            left = left();
        }
        if (!left.isEmpty()) {
            throw new Problem(
                    Problem.Kind.LEAK,
                    "the test has ended and leaves behind:\n  " + String.join("\n  ", left)
                            + "\nEnd in the test, or in its @AfterEach, what it started; leakCheck = false turns this check off.");
        }
    }

    /** Ends it without a look, since the run has failed anyway. */
    void abandon() {
        RUNNING.decrementAndGet();
        if (uncaught != null) {
            uncaught.end();
        }
    }

    private List<String> left() {
        List<String> left = new ArrayList<>();
        for (Thread thread : threads()) {
            if (!threads.contains(thread)) {
                left.add("thread '" + thread.getName() + "', " + thread.getState()
                        + Arrays.stream(thread.getStackTrace())
                                .limit(MOST_FRAMES)
                                .map(frame -> "\n      at " + frame)
                                .collect(Collectors.joining()));
            }
        }
        ProcessHandle.current()
                .children()
                .filter(child -> child.isAlive() && !processes.contains(child.pid()))
                .forEach(child -> left.add("process " + child.pid() + ", "
                        + child.info().commandLine().orElse("whose command is not known")));
        for (String socket : sockets()) {
            if (!sockets.contains(socket)) {
                left.add("open " + socket);
            }
        }
        return left;
    }

    private static List<Thread> threads() {
        ThreadGroup group = Thread.currentThread().getThreadGroup();
        while (group.getParent() != null) {
            group = group.getParent();
        }
        Thread[] all = new Thread[2 * group.activeCount() + 16];
        int count = group.enumerate(all, true);
        Thread self = Thread.currentThread();
        return Arrays.stream(all, 0, count)
                .filter(Objects::nonNull)
                .filter(thread -> thread != self
                        && thread.isAlive()
                        && !LASTING.matcher(thread.getName()).matches())
                .toList();
    }

    private static Set<Long> processes() {
        return ProcessHandle.current().children().map(ProcessHandle::pid).collect(Collectors.toSet());
    }

    private static Set<String> sockets() {
        Set<String> sockets = new java.util.TreeSet<>(Comparator.naturalOrder());
        if (!Files.isDirectory(DESCRIPTORS)) {
            return sockets;
        }
        try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(DESCRIPTORS)) {
            for (Path descriptor : descriptors) {
                try {
                    String target = Files.readSymbolicLink(descriptor).toString();
                    if (target.startsWith("socket:")) {
                        sockets.add(target);
                    }
                } catch (IOException e) {
                    // it was closed meanwhile
                }
            }
        } catch (IOException e) {
            // not ours to read: then there is nothing to compare
        }
        return sockets;
    }
}
