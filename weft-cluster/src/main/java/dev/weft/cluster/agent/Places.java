package dev.weft.cluster.agent;

import java.util.concurrent.Semaphore;

/** How many workers an agent runs: for one driver, and for all of them. Any thread. */
final class Places {
    private final int slots;
    private final int most;
    private final Semaphore free;

    Places(int slots, int most) {
        this.slots = slots;
        this.most = most;
        this.free = new Semaphore(most);
    }

    /** {@return how many processors of this machine a worker should take itself to have} */
    int processors() {
        return Math.max(1, Runtime.getRuntime().availableProcessors() / slots);
    }

    /**
     * {@return how much heap a worker has where the driver does not say: its share of a quarter of the memory, as a
     * JVM would take}
     */
    long heap(long memory) {
        return Math.max(256L << 20, memory / 4 / slots);
    }

    boolean take() {
        return free.tryAcquire();
    }

    void free() {
        free.release();
    }

    String full() {
        return "it runs as many workers as it may for all drivers together, which is " + most;
    }
}
