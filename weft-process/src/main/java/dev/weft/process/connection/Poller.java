package dev.weft.process.connection;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The one thread that waits for the sockets of this package. Whoever has nothing to read, or no room to write, arms a
 * {@link Readiness} here and waits for that: a coroutine suspends, a thread blocks, and neither can be holding the
 * socket when it is interrupted.
 *
 * <p>An armed readiness comes once. There is at most one for each direction of a channel; a second one makes the first
 * come. Only the thread of the poller touches keys; orders reach it through a queue.
 */
final class Poller implements Runnable {
    private static final class Running {
        private static final Poller POLLER = start();
    }

    /** What is armed for a channel; the poller's thread only. */
    private static final class Armed {
        private @Nullable Readiness in;
        private @Nullable Readiness out;
    }

    private static final int IN = SelectionKey.OP_READ | SelectionKey.OP_ACCEPT;

    /** How long the thread is away from the system at a time while the JVM ends. */
    private static final int PAUSE_MILLIS = 2;

    private final Selector selector;
    private volatile boolean ending;
    private final ConcurrentLinkedQueue<Runnable> orders = new ConcurrentLinkedQueue<>();

    private Poller(Selector selector) {
        this.selector = selector;
    }

    private static Poller start() {
        try {
            var poller = new Poller(Selector.open());
            Thread.ofPlatform().daemon().name("weft-process-connections").start(poller);
            try {
                Runtime.getRuntime().addShutdownHook(new Thread(poller::end, "weft-process-connections-end"));
            } catch (IllegalStateException e) {
                poller.end();
            }
            return poller;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot wait for connections: " + e, e);
        }
    }

    static Poller get() {
        return Running.POLLER;
    }

    /** Has a readiness come when the channel is ready for an operation, or closed. */
    void arm(SelectableChannel channel, int operation, Readiness readiness) {
        orders.add(() -> armNow(channel, operation, readiness));
        selector.wakeup();
    }

    /** Lets go of the channels that have been closed, whose descriptors are kept until then. */
    void forgetClosed() {
        selector.wakeup();
    }

    private void armNow(SelectableChannel channel, int operation, Readiness readiness) {
        try {
            SelectionKey key = channel.keyFor(selector);
            if (key == null) {
                key = channel.register(selector, operation, new Armed());
            } else {
                key.interestOpsOr(operation);
            }
            Armed armed = (Armed) key.attachment();
            Readiness before;
            if ((operation & IN) != 0) {
                before = armed.in;
                armed.in = readiness;
            } else {
                before = armed.out;
                armed.out = readiness;
            }
            if (before != null) {
                before.come();
            }
        } catch (ClosedChannelException | CancelledKeyException e) {
            readiness.come(); // who waits will find it closed
        }
    }

    private void fire(SelectionKey key) {
        Armed armed = (Armed) key.attachment();
        int ready;
        try {
            ready = key.readyOps();
            key.interestOpsAnd(~ready);
        } catch (CancelledKeyException e) {
            ready = -1;
        }
        Readiness in = armed.in;
        if ((ready & IN) != 0 && in != null) {
            armed.in = null;
            in.come();
        }
        Readiness out = armed.out;
        if ((ready & ~IN) != 0 && out != null) {
            armed.out = null;
            out.come();
        }
    }

    /**
     * A thread that is in a system call holds up the end of the JVM for 300 ms; hooks of users may still need this one.
     */
    private void end() {
        ending = true;
        selector.wakeup();
    }

    @Override
    public void run() {
        while (true) {
            try {
                if (ending) {
                    selector.selectNow();
                    LockSupport.parkNanos(PAUSE_MILLIS * 1_000_000L);
                } else {
                    selector.select();
                }
            } catch (IOException e) {
                System.getLogger("dev.weft.process")
                        .log(System.Logger.Level.ERROR, "waiting for connections failed", e);
            }
            Thread.interrupted(); // nothing may end this thread
            for (Runnable order = orders.poll(); order != null; order = orders.poll()) {
                order.run();
            }
            selector.selectedKeys().forEach(this::fire);
            selector.selectedKeys().clear();
        }
    }
}
