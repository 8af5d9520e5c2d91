package dev.weft.cli.map.run;

import dev.weft.Pool;
import dev.weft.Pools;
import java.util.concurrent.Executor;

/** What slots run on. Used by the thread of the run and by its timer. */
public sealed interface SlotThreads extends AutoCloseable {
    /**
     * Starts a slot.
     *
     * @param number its number, from 1
     * @param slot what it runs
     */
    void start(int number, Runnable slot);

    /** Takes note that a slot does not end: those that are started from now on must not depend on it. */
    default void stuck() {}

    @Override
    default void close() {}

    /**
     * {@return a platform thread for each slot}
     *
     * @param stack the size of their stacks; 0 for the usual
     */
    static SlotThreads platform(long stack) {
        return new Platform(stack);
    }

    /**
     * {@return a virtual thread for each slot; a platform thread for those that start after one of them got stuck}
     */
    static SlotThreads virtual() {
        return new Virtual();
    }

    /**
     * {@return coroutines of one event loop; of a new one for those that start after one of them got stuck}
     */
    static SlotThreads loop() {
        return new OnLoop();
    }

    /**
     * Platform threads.
     *
     * @param stack the size of their stacks
     */
    record Platform(long stack) implements SlotThreads {
        @Override
        public void start(int number, Runnable slot) {
            Thread.ofPlatform()
                    .daemon()
                    .name("weft-slot-" + number)
                    .stackSize(stack)
                    .start(slot);
        }
    }

    /** Virtual threads, as long as nothing keeps their carriers for itself. */
    final class Virtual implements SlotThreads {
        private volatile boolean stuck;

        private Virtual() {}

        @Override
        public void start(int number, Runnable slot) {
            if (stuck) {
                platform(0).start(number, slot);
            } else {
                Thread.ofVirtual().name("weft-slot-" + number).start(slot);
            }
        }

        @Override
        public void stuck() {
            stuck = true;
        }
    }

    /** Coroutines. */
    final class OnLoop implements SlotThreads {
        private Pool loop = Pools.loops(1);
        private boolean stuck;

        private OnLoop() {}

        @Override
        public synchronized void start(int number, Runnable slot) {
            Executor executor = loop;
            executor.execute(slot);
        }

        @Override
        public synchronized void stuck() {
            stuck = true;
            loop = Pools.loops(1);
        }

        @Override
        public synchronized void close() {
            if (!stuck) {
                loop.close();
            }
        }
    }
}
