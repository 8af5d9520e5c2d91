package dev.weft.process;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** What follows from a decision under the {@link PoolLock}, and is to happen when the lock is free. */
final class Effects {
    private final Set<Worker> toFlush = new LinkedHashSet<>();
    private final List<Worker> toStart = new ArrayList<>();
    private final List<Runnable> toKill = new ArrayList<>();
    private final List<Runnable> endings = new ArrayList<>();

    /** Puts a frame behind those before, and has it sent. */
    void send(Worker worker, Frame frame) {
        worker.add(frame);
        toFlush.add(worker);
    }

    void start(Worker worker) {
        toStart.add(worker);
    }

    void kill(Worker worker) {
        toKill.add(() -> worker.kill(null));
    }

    void kill(Worker worker, String reason) {
        toKill.add(() -> worker.kill(reason));
    }

    /** Has a worker's process asked to end. */
    void terminate(Worker worker, Duration grace) {
        endings.add(() -> worker.terminate(grace));
    }

    /** Has a task ended, which may call functions of users. */
    void end(Runnable ending) {
        endings.add(ending);
    }

    /** Has everything happen; without the lock. */
    void run() {
        toFlush.forEach(Worker::flush);
        toKill.forEach(Runnable::run);
        toStart.forEach(Worker::start);
        endings.forEach(Runnable::run);
    }
}
