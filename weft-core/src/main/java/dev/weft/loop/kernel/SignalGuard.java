package dev.weft.loop.kernel;

import dev.weft.Cancelled;
import dev.weft.loop.jdk.JdkSignals;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Turns SIGINT and SIGTERM into the cancellation of one task, while it is open.
 *
 * <p>The first signal cancels; the second one ends the JVM at once, without its shutdown hooks, since whoever sends it
 * has waited enough. Called by threads of the JVM's own, of which there may be two at the same time.
 */
final class SignalGuard implements AutoCloseable {
    /** What a shell shows for a process that was ended by a signal: this much more than its number. */
    private static final int EXIT_OF_SIGNAL = 128;

    private static final List<String> NAMES = List.of("INT", "TERM");
    private static final AtomicBoolean OPEN = new AtomicBoolean();

    private final LoopTask<?> main;
    private final List<Runnable> putBack = new ArrayList<>();
    private final AtomicBoolean first = new AtomicBoolean(true);

    /** The number of the signal that cancelled the task, or 0. */
    private volatile int number;

    private SignalGuard(LoopTask<?> main) {
        this.main = main;
    }

    /** Begins to guard a task. */
    static SignalGuard open(LoopTask<?> main) {
        if (!OPEN.compareAndSet(false, true)) {
            throw new IllegalStateException(
                    "Weft.runMain was called while another call of it runs; a program has one main, use Weft.run for the rest");
        }
        var guard = new SignalGuard(main);
        for (String name : NAMES) {
            Runnable before = JdkSignals.handle(name, signal -> guard.received(name, signal));
            if (before != null) {
                guard.putBack.add(before);
            }
        }
        return guard;
    }

    private void received(String name, int signal) {
        if (!first.compareAndSet(true, false)) {
            Runtime.getRuntime().halt(EXIT_OF_SIGNAL + signal);
        }
        var request = new Cancelled(Cancelled.Source.SHUTDOWN, "the program received SIG" + name, null, null);
        if (main.cancel(request)) {
            number = signal;
        }
    }

    /** {@return the status with which a program ends whose task was ended by a signal; null if it was not} */
    @Nullable
    Integer exitStatus() {
        return number != 0 && main.isCancelled() ? Integer.valueOf(EXIT_OF_SIGNAL + number) : null;
    }

    /** Puts the handlers back that were there before. */
    @Override
    public void close() {
        putBack.forEach(Runnable::run);
        OPEN.set(false);
    }
}
