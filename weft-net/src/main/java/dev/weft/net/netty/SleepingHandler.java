package dev.weft.net.netty;

import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerContext;
import io.netty.channel.IoHandlerFactory;

/**
 * An I/O handler that is woken only while it sleeps.
 *
 * <p>To Netty every coroutine is a stranger to the event loop, so that each call of one would end in a wake-up: a
 * system call that interrupts nothing, since the coroutine would not run if the handler slept. This wrapper drops
 * those.
 *
 * <p>No wake-up that matters is lost. The handler asks {@code canBlock} before it sleeps, and {@code asleep} is set
 * before that question looks at the queues; whoever adds work does so before it looks at {@code asleep}. One of the two
 * sees the other. A wake-up between the answer and the system call reaches the handler, which keeps it until the call.
 */
final class SleepingHandler extends ForwardingIoHandler {
    /** Whether the handler sleeps or is about to; written by the I/O coroutine, read by any thread. */
    private volatile boolean asleep;

    SleepingHandler(IoHandler handler) {
        super(handler);
    }

    /** {@return a factory whose handlers are wrapped} */
    static IoHandlerFactory wrap(IoHandlerFactory factory) {
        return wrap(factory, SleepingHandler::new);
    }

    @Override
    public int run(IoHandlerContext context) {
        try {
            return handler.run(new Announcing(context));
        } finally {
            if (asleep) {
                asleep = false;
            }
        }
    }

    @Override
    public void wakeup() {
        if (asleep) {
            handler.wakeup();
        }
    }

    /** Says that the handler is going to sleep before the question whether it may is answered. */
    private final class Announcing implements IoHandlerContext {
        private final IoHandlerContext context;

        Announcing(IoHandlerContext context) {
            this.context = context;
        }

        @Override
        public boolean canBlock() {
            asleep = true;
            if (context.canBlock()) {
                return true;
            }
            asleep = false;
            return false;
        }

        @Override
        public long delayNanos(long currentTimeNanos) {
            return context.delayNanos(currentTimeNanos);
        }

        @Override
        public long deadlineNanos() {
            return context.deadlineNanos();
        }

        @Override
        public void reportActiveIoTime(long activeNanos) {
            context.reportActiveIoTime(activeNanos);
        }

        @Override
        public boolean shouldReportActiveIoTime() {
            return context.shouldReportActiveIoTime();
        }
    }
}
