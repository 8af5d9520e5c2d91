package dev.weft.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** What the tests run in workers. */
final class Jobs {
    private Jobs() {}

    static long pid() {
        return ProcessHandle.current().pid();
    }

    /** Tells the test, through a file with the process id, that the job has started. */
    static void started(String file) throws IOException {
        Path path = Path.of(file);
        Path draft = path.resolveSibling(path.getFileName() + "-" + pid());
        Files.writeString(draft, Long.toString(pid()));
        Files.move(draft, path);
    }

    /** Waits until a job has {@linkplain #started started}; its process id. */
    static long awaitStarted(Path file) throws InterruptedException, IOException {
        Eventually.until("a job made " + file, () -> Files.exists(file));
        return Long.parseLong(Files.readString(file));
    }

    static long startedAndSleeping(String file) throws IOException, InterruptedException {
        started(file);
        Thread.sleep(60_000);
        return pid();
    }

    @SuppressWarnings({"InfiniteLoopStatement", "UnusedVariable"})
    static int startedAndSpinning(String file) throws IOException {
        started(file);
        for (long i = 0; ; i++) {
            blackHole = i;
        }
    }

    static volatile long blackHole;

    static int signal(String name) throws IOException, InterruptedException {
        new ProcessBuilder("kill", "-" + name, Long.toString(pid())).start().waitFor();
        Thread.sleep(60_000);
        return 0;
    }

    static boolean isAlive(long pid) {
        return ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false);
    }

    static void kill(long pid) {
        ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
    }

    static boolean ends(long pid) throws InterruptedException {
        Eventually.until("process " + pid + " ended", () -> !isAlive(pid));
        return true;
    }

    static int overflow(int depth) {
        return depth < 0 ? 0 : overflow(depth + 1) + 1;
    }

    static int exhaust() {
        byte[][] hoard = new byte[100_000][];
        for (int i = 0; i < hoard.length; i++) {
            hoard[i] = new byte[1 << 20];
        }
        return hoard.length;
    }

    static String environment(String name) {
        return String.valueOf(System.getenv(name));
    }

    static void pause(long millis) throws InterruptedException {
        TimeUnit.MILLISECONDS.sleep(millis);
    }
}
