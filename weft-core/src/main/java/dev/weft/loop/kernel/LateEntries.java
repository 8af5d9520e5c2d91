package dev.weft.loop.kernel;

import dev.weft.Cancelled;
import java.util.concurrent.atomic.AtomicInteger;
import org.jctools.queues.varhandle.MpscUnboundedVarHandleArrayQueue;

/** What is submitted to a loop that has ended: nobody waits for it for ever. Any thread. */
final class LateEntries {
    private final LoopCore loop;
    private final MpscUnboundedVarHandleArrayQueue<Object> submissions;
    private final AtomicInteger drains = new AtomicInteger();

    LateEntries(LoopCore loop, MpscUnboundedVarHandleArrayQueue<Object> submissions) {
        this.loop = loop;
        this.submissions = submissions;
    }

    /** Serves what came too late; once the pump takes nothing any more. */
    void serve() {
        if (drains.getAndIncrement() != 0) {
            return; // the queue has one consumer at a time; that one comes round again
        }
        do {
            drains.set(1);
            for (Object entry = submissions.poll(); entry != null; entry = submissions.poll()) {
                serve(entry);
            }
        } while (!drains.compareAndSet(1, 0));
    }

    private void serve(Object entry) {
        switch (entry) {
            case LoopTask<?> task ->
                task.endUnstarted(new Cancelled(
                        Cancelled.Source.SHUTDOWN,
                        "loop '" + loop.name() + "' closed before task '" + task.name() + "' began",
                        null,
                        null));
            case LoopAction action -> action.tooLate();
            case Strand _, Fresh _ -> {
                // a wake-up or a cancellation of what has ended
            }
            case Runnable continuation -> Leftovers.run(continuation);
            default -> throw new AssertionError("unknown entry " + entry);
        }
    }
}
