package dev.weft.process.connection;

import dev.weft.Cancelled;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Waiting for many connections and processes at once. */
public final class Connections {
    private Connections() {}

    /**
     * Waits until at least one of several things is ready: a {@link Connection} that {@link Connection#receive()} would
     * not wait for, a {@link Listener} that {@link Listener#accept()} would not wait for, a {@link Sentinel} whose
     * event has happened. Nothing is taken.
     *
     * @param things what to wait for; each counts once
     * @return all that are ready, in the order of the things; none if there are no things
     * @throws IllegalStateException if a connection is closed, was sent to another process, only sends, or has another
     *     reader
     * @throws Cancelled if the caller is cancelled, or its thread interrupted
     */
    public static List<Waitable> waitAny(Collection<? extends Waitable> things) {
        return waitUntil(things, Deadlines.NEVER);
    }

    /**
     * Waits as {@link #waitAny(Collection)}, at most for a time.
     *
     * @param things what to wait for
     * @param timeout how long at most; zero only looks
     * @return all that are ready; none if the time is over first
     * @throws IllegalStateException as {@link #waitAny(Collection)}
     * @throws Cancelled if the caller is cancelled, or its thread interrupted
     */
    public static List<Waitable> waitAny(Collection<? extends Waitable> things, Duration timeout) {
        return waitUntil(things, Deadlines.in(timeout));
    }

    private static List<Waitable> waitUntil(Collection<? extends Waitable> given, long deadline) {
        Set<Waitable> things = new LinkedHashSet<>(given);
        List<Connection> mine = new ArrayList<>();
        try {
            for (Waitable thing : things) {
                if (thing instanceof Connection connection) {
                    connection.takeTurn();
                    mine.add(connection);
                }
            }
            while (true) {
                List<Waitable> ready =
                        things.stream().filter(Connections::isReady).toList();
                if (!ready.isEmpty() || things.isEmpty()) {
                    return ready;
                }
                var readiness = new Readiness("one of " + things.size() + " connections and processes");
                try {
                    boolean armed = true;
                    for (Waitable thing : things) {
                        armed &= arm(thing, readiness);
                    }
                    if (armed && !readiness.await(deadline)) {
                        return things.stream().filter(Connections::isReady).toList();
                    }
                } finally {
                    things.forEach(thing -> disarm(thing, readiness));
                }
            }
        } finally {
            mine.forEach(Connection::leaveTurn);
        }
    }

    private static boolean isReady(Waitable thing) {
        return switch (thing) {
            case Connection connection -> {
                connection.checkOpen();
                yield connection.isReadyNow();
            }
            case Listener listener -> listener.isReady();
            case Sentinel sentinel -> sentinel.isReady();
        };
    }

    /** False if the thing may be ready by now. */
    private static boolean arm(Waitable thing, Readiness readiness) {
        return switch (thing) {
            case Connection connection -> connection.arm(readiness);
            case Listener listener -> listener.arm(readiness);
            case Sentinel sentinel -> {
                sentinel.arm(readiness);
                yield true;
            }
        };
    }

    private static void disarm(Waitable thing, Readiness readiness) {
        switch (thing) {
            case Connection _ -> {} // armed once, and it is of no consequence if it comes late
            case Listener listener -> listener.disarm(readiness);
            case Sentinel sentinel -> sentinel.disarm(readiness);
        }
    }
}
