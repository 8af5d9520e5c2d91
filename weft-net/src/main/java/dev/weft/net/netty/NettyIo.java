package dev.weft.net.netty;

import dev.weft.Weft;
import dev.weft.loop.kernel.IoPoller;
import dev.weft.loop.kernel.LoopCore;
import dev.weft.net.Transport;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.channel.ManualIoEventLoop;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.util.concurrent.FastThreadLocalThread;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.IntPredicate;

/**
 * The I/O of one loop: a Netty event loop that the loop's I/O coroutine drives.
 *
 * <h2>Who runs what</h2>
 *
 * <p>Netty belongs to the I/O coroutine: channel handlers, listeners and tasks given to {@link #eventLoop} run there
 * and nowhere else. It is a coroutine of the loop like any other, so that handlers and coroutines never run at the same
 * time, and what they share needs neither locks nor volatile fields, as long as a handler does not wait half way
 * through a change. A coroutine reaches a channel by {@code eventLoop().execute(...)}; the answer comes back through a
 * {@link Handover}. It must never {@code sync()} or {@code await()} a Netty future: that would bring in the monitor of
 * the future, and with it threads of the JDK.
 *
 * <p>No {@code ByteBuf} leaves the handlers: buffers belong to the I/O coroutine's arena.
 *
 * <h2>One poll</h2>
 *
 * <p>First the tasks, which are mostly what coroutines want to send; then the events, with a wait if the loop is idle;
 * then the tasks that those gave rise to. With the tasks first a request and the wait for its answer are one system
 * call less.
 */
public final class NettyIo implements IoPoller {
    /** For how long one poll runs tasks before coroutines get their turn; more wait for the next poll. */
    private static final long TASKS_NANOS = TimeUnit.MICROSECONDS.toNanos(200);

    /** A stream whose peer takes nothing keeps a buffer of this size: it has to be small. */
    private static final int SENT_AT_ONCE = 4 * 1024;

    private static final int RECEIVED_AT_ONCE = 64 * 1024;

    /**
     * As much as a channel reads first by itself: a connection whose codec keeps the beginning of a message has no more
     * than it would have otherwise.
     */
    private static final int DECODED_AT_ONCE = 2 * 1024;

    private static volatile boolean loaded;

    private final LoopCore loop;
    private final Transport transport;
    private final Binding binding;
    private final ManualIoEventLoop netty;

    /** What coroutines have asked for since the last poll. Loop thread only. */
    private final ArrayDeque<Runnable> asked = new ArrayDeque<>();

    private final Runnable batch = this::doAsked;
    private final SharedBuffer sending;
    private final SharedBuffer receiving;
    private final SharedBuffer decoding;

    /** What waits for the next look at the events; I/O coroutine only. */
    private final ArrayDeque<Runnable> afterNextLook = new ArrayDeque<>();

    private NettyIo(LoopCore loop, LoopIo signals) {
        this.loop = loop;
        this.transport = transportOf(loop);
        this.binding = Binding.of(transport);
        this.netty = new ManualIoEventLoop(Thread.currentThread(), SleepingHandler.wrap(binding.handlers())) {
            @Override
            protected boolean canBlock() {
                return signals.idle();
            }
        };
        this.sending = new SharedBuffer(ByteBufAllocator.DEFAULT, SENT_AT_ONCE);
        this.receiving = new SharedBuffer(ByteBufAllocator.DEFAULT, RECEIVED_AT_ONCE);
        this.decoding = new SharedBuffer(ByteBufAllocator.DEFAULT, DECODED_AT_ONCE);
        netty.runNow();
    }

    /**
     * Returns the I/O of the loop whose coroutine calls, which begins with the first call.
     *
     * @return the I/O
     * @throws IllegalStateException if the caller is no coroutine, or the transport that was asked for cannot be had
     * @throws dev.weft.Cancelled if the calling task is cancelled
     */
    public static NettyIo current() {
        LoopCore loop = LoopCore.current();
        if (!loaded) {
            load();
        }
        return (NettyIo) loop.poller(signals -> new NettyIo(loop, signals));
    }

    /**
     * Loads Netty and its native parts on a thread beside the loop: a fifth of a second, and static initialisers, in
     * which a coroutine cannot be suspended.
     */
    private static void load() {
        try {
            Weft.offload(() -> Binding.of(Transport.selected()));
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new AssertionError("choosing a transport throws no checked exception", e);
        }
        loaded = true;
    }

    /**
     * On a portable loop the I/O coroutine is one of the JDK's own virtual threads. A native transport would block its
     * carrier, of which there are as many as cores for all loops together; selectors of the JDK let it go. And a ring
     * of io_uring belongs to one thread, where a virtual thread changes carriers.
     */
    private static Transport transportOf(LoopCore loop) {
        if (!loop.portable()) {
            return Transport.selected();
        }
        String wanted = System.getProperty(Transport.PROPERTY);
        Transport transport = wanted == null || wanted.isBlank() ? Transport.NIO : Transport.selected();
        if (transport == Transport.IO_URING) {
            throw new IllegalStateException(
                    "-D" + Transport.PROPERTY + "=io_uring needs a loop with a thread of its own, and loop '"
                            + loop.name()
                            + "' runs on the portable scheduler; start the JVM with --add-opens java.base/java.lang=ALL-UNNAMED, on the module path =dev.weft.core, or use nio");
        }
        return transport;
    }

    /** {@return the loop that this is the I/O of} */
    public LoopCore loop() {
        return loop;
    }

    /** {@return the transport in use} */
    public Transport transport() {
        return transport;
    }

    /** {@return where channels are registered and tasks for the I/O coroutine go} */
    public EventLoop eventLoop() {
        return netty;
    }

    /**
     * Runs something on the I/O coroutine before that looks for events the next time, as a task of {@link #eventLoop}
     * does, for less: what several coroutines ask for in a row is one task. Called by coroutines of this loop. It may
     * overtake tasks that were given to the event loop itself.
     *
     * @param action what to run
     */
    public void soon(Runnable action) {
        if (asked.isEmpty()) {
            netty.execute(batch);
        }
        asked.add(action);
    }

    private void doAsked() {
        try {
            for (Runnable next = asked.poll(); next != null; next = asked.poll()) {
                next.run();
            }
        } finally {
            if (!asked.isEmpty()) { // one has failed
                netty.execute(batch);
            }
        }
    }

    /** {@return the buffer for the few bytes that a stream or a connection sends} */
    public SharedBuffer sending() {
        return sending;
    }

    /**
     * {@return a buffer for bytes that are written at once, with nothing before them: the one that is shared, if they
     * fit; to be released. On the I/O coroutine}
     *
     * @param count how many bytes there are
     */
    public ByteBuf bufferToSend(int count) {
        return returnsBuffers() && count <= SENT_AT_ONCE
                ? sending.borrow()
                : ByteBufAllocator.DEFAULT.directBuffer(count);
    }

    /**
     * Has a channel read into the buffer that all streams of this loop share. On the I/O coroutine.
     *
     * @param channel the channel
     * @param copiedAtOnce whether all that it reads now is copied out of the buffer before the next read
     */
    public void shareReads(Channel channel, BooleanSupplier copiedAtOnce) {
        share(channel, receiving, _ -> copiedAtOnce.getAsBoolean());
    }

    /**
     * Has a channel whose codec may keep what it has not decoded read into a small buffer that all such channels of
     * this loop share, as long as its messages are small. On the I/O coroutine.
     *
     * @param channel the channel
     */
    public void shareSmallReads(Channel channel) {
        share(channel, decoding, size -> size <= DECODED_AT_ONCE);
    }

    private void share(Channel channel, SharedBuffer buffer, IntPredicate wanted) {
        if (returnsBuffers()) {
            RecvByteBufAllocator sized = channel.config().getRecvByteBufAllocator();
            channel.config().setRecvByteBufAllocator(new SharedReads(sized, buffer, wanted));
        }
    }

    /**
     * {@return whether a system call is over when it returns, so that its buffer is free: with io_uring it has only
     * begun}
     */
    public boolean returnsBuffers() {
        return transport != Transport.IO_URING;
    }

    /** {@return what makes the channels of {@link #transport}} */
    public Binding binding() {
        return binding;
    }

    /**
     * Runs something once the channels that are closed by now have given up their ports and descriptors too. A selector
     * of the JDK does so only when it looks for events the next time; the other transports do it at once. On the I/O
     * coroutine only.
     *
     * @param action what to run, on the I/O coroutine
     */
    void onceReleased(Runnable action) {
        if (transport == Transport.NIO) {
            afterNextLook.add(action);
        } else {
            action.run();
        }
    }

    /**
     * Netty keeps used buffers and objects for threads of its own kind, and for those that say that they are like them.
     * Without this each buffer would come from what all other threads share, and objects would be made anew.
     */
    @Override
    public void live(Runnable life) {
        FastThreadLocalThread.runWithFastThreadLocal(life);
    }

    @Override
    public void poll(long waitNanos) {
        netty.runNonBlockingTasks(TASKS_NANOS);
        int released = afterNextLook.size();
        netty.run(waitNanos == 0 || released > 0 ? -1 : waitNanos == Long.MAX_VALUE ? 0 : waitNanos, TASKS_NANOS);
        for (; released > 0; released--) {
            afterNextLook.remove().run();
        }
    }

    @Override
    public void wakeup() {
        netty.wakeup();
    }

    /** Closes all channels that are left, and the event loop. */
    @Override
    public void close() {
        var end = netty.shutdownGracefully(0, 0, TimeUnit.NANOSECONDS);
        while (!end.isDone()) {
            netty.runNow();
        }
        sending.release();
        receiving.release();
        decoding.release();
        while (!afterNextLook.isEmpty()) {
            afterNextLook.remove().run();
        }
    }

    @Override
    public String toString() {
        return "NettyIo[" + transport.label() + ", loop '" + loop.name() + "']";
    }
}
