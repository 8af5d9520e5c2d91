package dev.weft.process;

import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;

/** The {@link WorkerProcess worker processes} of this JVM that run; a shutdown hook ends them. */
final class LiveProcesses {
    private static final Set<ChildProcess<?>> PROCESSES = ConcurrentHashMap.newKeySet();
    private static final AtomicBoolean WATCHING = new AtomicBoolean();

    private LiveProcesses() {}

    /**
     * Makes sure of the hook.
     *
     * @throws IllegalStateException if the JVM is ending
     */
    static void watch() {
        if (WATCHING.compareAndSet(false, true)) {
            try {
                Runtime.getRuntime().addShutdownHook(new Thread(LiveProcesses::endAll, "weft-process-children-end"));
            } catch (IllegalStateException e) {
                WATCHING.set(false);
                throw new IllegalStateException("a process cannot be started any more: the JVM is ending", e);
            }
        }
    }

    static void add(ChildProcess<?> process) {
        PROCESSES.add(process);
    }

    static void remove(ChildProcess<?> process) {
        PROCESSES.remove(process);
    }

    static List<WorkerProcess<?>> all() {
        return List.copyOf(PROCESSES);
    }

    private static void endAll() {
        PROCESSES.forEach(ChildProcess::terminate);
        PROCESSES.forEach(ChildProcess::close);
    }
}
