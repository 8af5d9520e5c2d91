package dev.weft.loop.kernel;

import dev.weft.AwaitTrace;
import dev.weft.Cancelled;
import java.nio.channels.ClosedByInterruptException;
import org.jspecify.annotations.Nullable;

/** What is a cancellation, who asked for it, and what hides in it. */
final class Signals {
    private Signals() {}

    /** {@return a request to cancel, made by the caller} */
    static Cancelled request(Cancelled.Source source, String reason) {
        return request(source, reason, null);
    }

    /** {@return a request to cancel, made by the caller because of a failure} */
    static Cancelled request(Cancelled.Source source, String reason, @Nullable Throwable because) {
        LoopTask<?> here = LoopTask.currentOrNull();
        TaskCore<?> requester = here != null ? here : PoolTask.running();
        return new Cancelled(source, reason, requester == null ? null : requester.name(), because);
    }

    /**
     * {@return a request for the signal that is thrown: it has the stack of the checkpoint, and as its cause that of
     * the request}
     */
    static Cancelled signal(Cancelled request) {
        return new Cancelled(request.source(), request.reason(), request.requester(), request);
    }

    /** What a cancelled body ends with when it reacts to the cancellation. */
    static boolean isCancellation(Throwable failure) {
        return failure instanceof Cancelled
                || failure instanceof InterruptedException
                || failure instanceof ClosedByInterruptException;
    }

    /**
     * Finds the failure that try-with-resources has put behind a cancellation: where a resource, a group above all,
     * fails to close while the signal passes, Java keeps the signal and suppresses the failure. Where a block ends, it
     * is the failure that counts.
     *
     * @return the failure, or the given throwable if it is no cancellation or nothing hides in it
     */
    static Throwable surfaced(Throwable failure) {
        if (isCancellation(failure)) {
            for (Throwable suppressed : failure.getSuppressed()) {
                Throwable inner = surfaced(suppressed);
                if (!isCancellation(inner) && !(inner instanceof AwaitTrace)) {
                    return inner;
                }
            }
        }
        return failure;
    }
}
