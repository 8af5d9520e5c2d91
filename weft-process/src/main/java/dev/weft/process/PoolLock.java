package dev.weft.process;

import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The one lock of a pool. Everything that is decided about its tasks and workers is decided under it, by
 * {@link Dispatcher}, {@link Staff}, {@link Stops}, {@link TaskEnds} and {@link Casualties}.
 *
 * <p>Under it nothing blocks, no user code runs and no task is ended: what is to happen is collected as {@link Effects}
 * and done once the lock is free.
 */
final class PoolLock {
    private final ReentrantLock lock = new ReentrantLock();

    /**
     * What is decided under the lock.
     *
     * @param <X> what keeps it from being decided; then nothing that was collected happens
     */
    interface Decision<X extends Exception> {
        void take(Effects effects) throws X;
    }

    /** Takes a decision and then has happen what it collected. */
    <X extends Exception> void decide(Decision<X> decision) throws X {
        var effects = new Effects();
        lock.lock();
        try {
            decision.take(effects);
        } finally {
            lock.unlock();
        }
        effects.run();
    }

    /** {@return what is seen under the lock} */
    <T extends @Nullable Object> T read(Supplier<T> question) {
        lock.lock();
        try {
            return question.get();
        } finally {
            lock.unlock();
        }
    }
}
