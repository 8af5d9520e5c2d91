package dev.weft.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;
import org.openjdk.jcstress.infra.results.ZZ_Result;
import org.openjdk.jcstress.infra.results.Z_Result;

/**
 * Broken copies of the protocols of the kernel, each with the mistake that is made most easily: if they pass, the tests
 * of the real ones say nothing.
 */
public class PlantedBug {
    private PlantedBug() {}

    /** Looks whether the task has ended, and then joins those who wait: the end may come in between. */
    @JCStressTest
    @Outcome(id = "1", expect = ACCEPTABLE, desc = "told once")
    @State
    public static class AsksTooEarly {
        private final ConcurrentLinkedQueue<Runnable> waiters = new ConcurrentLinkedQueue<>();
        private final AtomicInteger told = new AtomicInteger();
        private volatile boolean ended;

        @Actor
        public void ends() {
            ended = true;
            for (Runnable waiter = waiters.poll(); waiter != null; waiter = waiters.poll()) {
                waiter.run();
            }
        }

        @Actor
        public void asks() {
            if (ended) {
                told.incrementAndGet();
            } else {
                waiters.add(told::incrementAndGet);
            }
        }

        @Arbiter
        public void look(I_Result result) {
            result.r1 = told.get();
        }
    }

    /** Looks whether the pump rests, and then adds its entry. */
    @JCStressTest
    @Outcome(
            id = {"false, false", "false, true", "true, true"},
            expect = ACCEPTABLE,
            desc = "one saw the other")
    @State
    public static class LooksBeforeItAdds {
        private final ConcurrentLinkedQueue<Object> submissions = new ConcurrentLinkedQueue<>();
        private volatile boolean resting;

        @Actor
        public void pump(ZZ_Result result) {
            resting = true;
            result.r1 = submissions.isEmpty();
        }

        @Actor
        public void submitter() {
            boolean wake = resting;
            submissions.add("entry");
            if (wake) {
                resting = false;
            }
        }

        @Arbiter
        public void look(ZZ_Result result) {
            result.r2 = !resting;
        }
    }

    /** The right order, but without a fence between the own write and the look at the other's. */
    @JCStressTest
    @Outcome(
            id = {"false, false", "false, true", "true, true"},
            expect = ACCEPTABLE,
            desc = "one saw the other")
    @State
    public static class LacksItsFence {
        private boolean resting;
        private @Nullable Object submission;

        @Actor
        public void pump(ZZ_Result result) {
            resting = true;
            result.r1 = submission == null;
        }

        @Actor
        public void submitter(ZZ_Result result) {
            submission = "entry";
            result.r2 = resting;
        }
    }

    /** Drops its permit before it suspends: with it a wake-up that came since the condition was looked at. */
    @JCStressTest
    @Outcome(id = "true", expect = ACCEPTABLE, desc = "the strand goes on")
    @State
    public static class DropsItsPermit {
        private final AtomicInteger submitted = new AtomicInteger();
        private volatile boolean condition;
        private volatile boolean permit;
        private boolean away;

        @Actor
        public void strand() {
            if (!condition) {
                submitted.set(0); // taken in by a pass while the strand runs
                permit = false;
                away = true;
            }
        }

        @Actor
        public void waker() {
            condition = true;
            if (!permit) {
                permit = true;
                submitted.incrementAndGet();
            }
        }

        @Arbiter
        public void look(Z_Result result) {
            result.r1 = !away || permit || submitted.get() > 0;
        }
    }
}
