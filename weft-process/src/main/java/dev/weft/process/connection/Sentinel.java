package dev.weft.process.connection;

import static java.util.Objects.requireNonNull;

import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Stands for an event that happens once, such as the end of a process, among connections in
 * {@link Connections#waitAny}. It stays ready once the event has happened. Thread-safe.
 */
public final class Sentinel implements Waitable {
    private final String name;
    private final CompletableFuture<?> event;
    private final Set<Readiness> waiting = ConcurrentHashMap.newKeySet();

    private Sentinel(String name, CompletionStage<?> event) {
        this.name = name;
        this.event =
                event.toCompletableFuture(); // asked itself, since its functions run a little later than its waiters
        var _ = event.whenComplete((_, _) -> waiting.forEach(Readiness::come));
    }

    /**
     * Makes a sentinel of a stage.
     *
     * @param name what it stands for, for messages
     * @param event happens when the stage completes, in whichever way
     * @return the sentinel
     */
    public static Sentinel of(String name, CompletionStage<?> event) {
        return new Sentinel(requireNonNull(name, "name"), requireNonNull(event, "event"));
    }

    /**
     * Makes a sentinel for the end of any process.
     *
     * @param process the process
     * @return the sentinel
     */
    public static Sentinel of(ProcessHandle process) {
        return of("process " + process.pid(), process.onExit());
    }

    /**
     * {@return a sentinel for something that has already happened}
     *
     * @param name what it stands for, for messages
     */
    public static Sentinel ended(String name) {
        return of(name, CompletableFuture.completedFuture(name));
    }

    /**
     * {@return whether the event has happened}
     */
    public boolean isReady() {
        return event.isDone();
    }

    void arm(Readiness readiness) {
        waiting.add(readiness);
        if (isReady()) { // it may have come before the readiness was there to be told
            readiness.come();
        }
    }

    void disarm(Readiness readiness) {
        waiting.remove(readiness);
    }

    @Override
    public String toString() {
        return "Sentinel[" + name + (isReady() ? ", ready]" : "]");
    }
}
