package dev.weft.cli.compare.work;

import java.io.IOException;
import java.net.URI;

/**
 * Computes under a global lock and lets go of it while waiting: what CPython's threads amount to. Each execution has
 * its own lock.
 */
public final class LockedMedium implements Medium {
    private final Medium blocking;
    private final GlobalLock lock = new GlobalLock();

    /**
     * Puts a lock around another medium.
     *
     * @param blocking waits by blocking the thread
     */
    public LockedMedium(Medium blocking) {
        this.blocking = blocking;
    }

    @Override
    public byte[] fetch(URI uri) throws IOException, InterruptedException {
        lock.release();
        try {
            return blocking.fetch(uri);
        } finally {
            lock.acquire();
        }
    }

    @Override
    public <T> T block(BlockingCall<T> call) throws IOException, InterruptedException {
        lock.release();
        try {
            return blocking.block(call);
        } finally {
            lock.acquire();
        }
    }

    @Override
    public void begin() {
        lock.acquire();
    }

    @Override
    public void end() {
        lock.release();
    }

    @Override
    public boolean pauseWanted() {
        return lock.dropRequested();
    }

    @Override
    public void pause() {
        lock.handOver();
    }
}
