package dev.weft.testing;

import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/** Something that a thread has the main task of a shared loop do. */
final class Job {
    private final TestBody body;
    private final CountDownLatch done = new CountDownLatch(1);
    private volatile @Nullable Throwable failure;

    Job(TestBody body) {
        this.body = body;
    }

    /** Does it; the main task calls. */
    void run(Trial trial) {
        try {
            body.run(trial);
        } catch (Throwable e) {
            failure = e;
        } finally {
            done.countDown();
        }
    }

    /** Ends it undone. */
    void refuse(Throwable why) {
        if (done.getCount() > 0) {
            failure = why;
            done.countDown();
        }
    }

    /** Waits for its end; returns what it failed with. */
    @Nullable
    Throwable await() throws InterruptedException {
        done.await();
        return failure;
    }
}
