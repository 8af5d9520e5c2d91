package dev.weft.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;

/**
 * Has workers replaced that have grown too large. Called by the keeper of each {@link Worker}, after an answer.
 *
 * <p>What is looked at is the resident memory of the process, at most once a second. That is what a machine runs out
 * of, and it has what a heap has not: native memory, direct buffers, threads, classes. The heap's share in it includes
 * garbage, though; so a worker that is over the limit is first told to collect that, when it has ended the tasks that
 * it has, and looked at again:
 *
 * <pre>
 *   within ──over the limit──► collecting ──COLLECTED, still over──► leaving: replaced when it has no task
 *      ▲                           └──────COLLECTED, within──┐
 *      └─────────────────────────────────────────────────────┘
 * </pre>
 */
final class MemoryWatch {
    private static final Duration EVERY = Duration.ofSeconds(1);

    private final long limit;
    private final PoolLock lock;
    private final Staff staff;
    private final Dispatcher dispatcher;

    /**
     * Makes a watch.
     *
     * @param limit in bytes, or 0 for none
     */
    MemoryWatch(long limit, PoolLock lock, Staff staff, Dispatcher dispatcher) {
        this.limit = limit;
        this.lock = lock;
        this.staff = staff;
        this.dispatcher = dispatcher;
    }

    /** {@return whether the memory of other processes can be seen here} */
    static boolean isPossible() {
        return Files.isReadable(Path.of("/proc/self/status"));
    }

    /** A worker has answered. */
    void answered(Worker worker) {
        if (limit == 0) {
            return;
        }
        long now = System.nanoTime();
        if (now - worker.memoryCheckedAt < EVERY.toNanos()) {
            return;
        }
        worker.memoryCheckedAt = now;
        if (residentMemory(worker.pid()) > limit) {
            lock.decide(effects -> {
                if (worker.takesTasks() && !worker.collecting) {
                    worker.collecting = true;
                    effects.send(worker, new Frame(Frame.COLLECT, 0));
                }
            });
        }
    }

    /**
     * A worker has collected its garbage.
     *
     * @throws ProtocolException if it was not asked to
     */
    void collected(Worker worker) throws ProtocolException {
        long size = residentMemory(worker.pid());
        lock.decide(effects -> {
            if (!worker.collecting) {
                throw new ProtocolException("it collected garbage, and was not asked to");
            }
            worker.collecting = false;
            if (size > limit && worker.takesTasks()) {
                staff.wear(worker);
                dispatcher.assign(effects);
            }
        });
        worker.memoryCheckedAt = System.nanoTime();
    }

    /** {@return the resident memory of a process in bytes, or 0 if it has ended} */
    static long residentMemory(long pid) {
        try (Stream<String> lines = Files.lines(Path.of("/proc/" + pid + "/status"))) {
            return lines.filter(line -> line.startsWith("VmRSS:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
                    .findFirst()
                    .orElse(0);
        } catch (IOException | UncheckedIOException e) { // it may end between opening and reading
            return 0;
        }
    }
}
