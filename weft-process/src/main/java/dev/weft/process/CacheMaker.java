package dev.weft.process;

import dev.weft.Job;
import java.io.File;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Makes an {@link AheadOfTimeCache}: a worker of a pool of its own runs what workers run first, and the JVM notes what
 * it has loaded and linked; a second process makes the cache of that. One at a time for each cache: who does not get
 * the lock lets the other make it. In a thread of its own, which ends with the JVM; nothing is said if it does not work
 * out, and the next JVM tries again.
 */
final class CacheMaker implements Runnable {
    private static final Duration LIMIT = Duration.ofMinutes(2);
    private static final Duration ABANDONED = Duration.ofHours(1);
    private static final Duration UNUSED = Duration.ofDays(30);

    /** How many caches are kept: each has some 15 MB, and each new version of a program's jars has a new one. */
    private static final int KEPT = 16;

    /** What this JVM makes, or has tried to make. */
    private static final Set<Path> TRIED = ConcurrentHashMap.newKeySet();

    private static volatile @Nullable Process running;

    private final AheadOfTimeCache cache;

    private CacheMaker(AheadOfTimeCache cache) {
        this.cache = cache;
    }

    /** Begins to make a cache, unless this JVM has done so before. */
    static void start(AheadOfTimeCache cache) {
        if (TRIED.add(cache.file())) {
            Thread thread = new Thread(new CacheMaker(cache), "weft-process-cache");
            thread.setDaemon(true);
            thread.setPriority(Thread.MIN_PRIORITY);
            thread.start();
        }
    }

    /** The JVM is ending. */
    static void abandon() {
        Process process = running;
        if (process != null) {
            process.destroyForcibly();
        }
    }

    @Override
    public void run() {
        Path lockFile = cache.file().resolveSibling(cache.file().getFileName() + ".lock");
        try (FileChannel channel = FileChannel.open(lockFile, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock lock = channel.tryLock()) {
            if (lock != null && !Files.exists(cache.file())) {
                sweep(cache.directory());
                make();
            }
        } catch (IOException | RuntimeException e) {
            Log.debug("no ahead-of-time cache for workers could be made", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void make() throws IOException, InterruptedException {
        Path draft = Files.createTempDirectory(cache.directory(), "making-");
        try {
            Path notes = draft.resolve("notes");
            Path result = draft.resolve("cache");
            train(notes);
            assemble(notes, result);
            Files.move(result, cache.file(), StandardCopyOption.ATOMIC_MOVE);
        } finally {
            delete(draft);
        }
    }

    /** Has a worker run what is typical of the first moments of one. */
    private void train(Path notes) {
        List<String> flags = new ArrayList<>(cache.flags());
        flags.add("-XX:AOTMode=record");
        flags.add("-XX:AOTConfiguration=" + notes);
        // The JVM writes its notes when it ends, which takes seconds.
        try (WorkerPool pool = WorkerPool.open(PoolSettings.forTraining(flags, LIMIT))) {
            List<Integer> inputs = IntStream.range(0, 200).boxed().toList();
            for (int i = 0; i < 20; i++) {
                int number = i;
                String text = "text";
                int _ = pool.submit(() -> number + text.length()).await();
                List<Integer> _ = pool.submit(() -> List.copyOf(inputs)).await();
                Map<String, Integer> _ = pool.submit(() -> Map.of(text, number)).await();
                pool.submit((Job<Integer>) () -> {
                            throw new IllegalStateException(text);
                        })
                        .join();
            }
            List<Integer> _ = pool.map((Integer n) -> n + 1, inputs).toList();
        }
    }

    private void assemble(Path notes, Path result) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(WorkerCommand.java().toString());
        command.addAll(cache.flags());
        command.add("-XX:AOTMode=create");
        command.add("-XX:AOTConfiguration=" + notes);
        command.add("-XX:AOTCache=" + result);
        command.add("-Xlog:disable");
        command.add("--class-path");
        command.add(cache.classPath());
        var builder = new ProcessBuilder(command);
        WorkerCommand.clean(builder);
        File nothing = ProcessBuilder.Redirect.DISCARD.file();
        Process process = Spawner.start(builder.redirectOutput(nothing).redirectError(nothing));
        running = process;
        try {
            if (!process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS) || process.exitValue() != 0) {
                throw new IOException("the process that was to make it ended with " + process + ", or not in time");
            }
        } finally {
            process.destroyForcibly();
            running = null;
        }
    }

    /**
     * Removes what a maker has left that was killed, and caches that nobody uses any more, or that are too many. What
     * else is in the directory is not touched: it is not only for caches of workers.
     */
    static void sweep(Path directory) throws IOException {
        record Cache(Path file, Instant used) {}
        Instant now = Instant.now();
        List<Cache> caches = new ArrayList<>();
        try (DirectoryStream<Path> files =
                Files.newDirectoryStream(directory, "{making-*,worker-*.aot,worker-*.aot.lock}")) {
            for (Path file : files) {
                String name = file.getFileName().toString();
                Instant used = used(file);
                if (used.isBefore(now.minus(name.startsWith("making-") ? ABANDONED : UNUSED))) {
                    remove(file);
                } else if (name.endsWith(".aot")) {
                    caches.add(new Cache(file, used));
                }
            }
        }
        caches.sort(Comparator.comparing(Cache::used).reversed());
        caches.stream().skip(KEPT - 1).forEach(cache -> remove(cache.file())); // and one is to come
    }

    private static Instant used(Path file) {
        try {
            return Files.getLastModifiedTime(file).toInstant();
        } catch (IOException e) {
            return Instant.EPOCH; // somebody else has removed it
        }
    }

    /** Some systems do not remove a file that a worker has mapped. */
    private static void remove(Path file) {
        try {
            delete(file);
        } catch (IOException e) {
            Log.debug(file + " stays, which nobody needs any more", e);
        }
    }

    private static void delete(Path place) throws IOException {
        if (Files.isDirectory(place)) {
            try (DirectoryStream<Path> files = Files.newDirectoryStream(place)) {
                for (Path file : files) {
                    Files.deleteIfExists(file);
                }
            }
        }
        Files.deleteIfExists(place);
    }
}
