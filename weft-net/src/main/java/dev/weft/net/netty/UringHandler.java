package dev.weft.net.netty;

import io.netty.channel.IoHandle;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerContext;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.IoRegistration;
import java.util.ArrayList;
import java.util.List;

/**
 * A handler of io_uring that can be closed at any time without harm to what the process opens next. I/O coroutine only,
 * but for {@link #wakeup}.
 *
 * <p>Netty's handler keeps a read of its wake-up descriptor in flight. When it prepares to be destroyed, it writes to
 * that descriptor, submits an operation with {@code IOSQE_IO_DRAIN}, and reads anew once the first read has ended.
 * Linux gives whatever follows a drain to a worker thread of the kernel, where the number of the descriptor becomes a
 * file at last; by then Netty may have closed the descriptor and freed the memory to read into, as it awaits one
 * completion of any kind and not that of the read. The late read then takes 8 bytes of whatever file has got the
 * number, such as the wake-up of another loop, which sleeps on for ever, and writes them into memory of another owner.
 *
 * <p>So this does the preparation itself, without a drain: it closes what is still registered and awaits that. The read
 * in flight is then one that waits for its file to become ready, and the handler's cancelling that takes effect at
 * once.
 */
final class UringHandler extends ForwardingIoHandler {
    /** After how many looks at the events it is given up on channels that do not end. */
    private static final int MOST_LOOKS = 10_000;

    /** What has been registered and may still be. */
    private final List<Registered> registered = new ArrayList<>();

    private int pruneAt = 64;

    private record Registered(IoHandle handle, IoRegistration registration) {}

    UringHandler(IoHandler handler) {
        super(handler);
    }

    /** {@return a factory whose handlers are wrapped} */
    static IoHandlerFactory wrap(IoHandlerFactory factory) {
        return wrap(factory, UringHandler::new);
    }

    @Override
    public void prepareToDestroy() {
        for (Registered each : List.copyOf(registered)) {
            try {
                each.handle.close();
            } catch (Exception e) {
                throw new AssertionError("a channel tells its close future of a failure to close", e);
            }
        }
        int looks = 0;
        do {
            handler.run(NOT_WAITING); // what has ended before is heard of too
            registered.removeIf(each -> !each.registration.isValid());
        } while (!registered.isEmpty() && ++looks < MOST_LOOKS);
    }

    @Override
    public IoRegistration register(IoHandle handle) throws Exception {
        if (registered.size() >= pruneAt) {
            registered.removeIf(each -> !each.registration.isValid());
            pruneAt = Math.max(64, 2 * registered.size());
        }
        IoRegistration registration = handler.register(handle);
        registered.add(new Registered(handle, registration));
        return registration;
    }

    private static final IoHandlerContext NOT_WAITING = new IoHandlerContext() {
        @Override
        public boolean canBlock() {
            return false;
        }

        @Override
        public long delayNanos(long currentTimeNanos) {
            return 0;
        }

        @Override
        public long deadlineNanos() {
            return -1;
        }
    };
}
