package dev.weft.loop.kernel;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;
import org.openjdk.jcstress.infra.results.I_Result;

/**
 * The end of a task and those who wait for it ({@link TaskCore}), under all that threads may do to both at the same
 * time.
 */
public class PromiseProtocol {
    private PromiseProtocol() {}

    /** Who asks while the task ends is told once, and so is who asked before. */
    @JCStressTest
    @Outcome(id = "1, 1, 1", expect = ACCEPTABLE, desc = "each was told once")
    @State
    public static class TellsEverybodyOnce {
        private final Promise<Integer> promise = new Promise<>("of an actor");
        private final AtomicInteger first = new AtomicInteger();
        private final AtomicInteger second = new AtomicInteger();
        private final AtomicInteger third = new AtomicInteger();

        public TellsEverybodyOnce() {
            promise.whenDone(_ -> first.incrementAndGet());
        }

        @Actor
        public void keeps() {
            promise.keep(1);
        }

        @Actor
        public void asksTwice() {
            promise.whenDone(_ -> second.incrementAndGet());
            promise.whenDone(_ -> third.incrementAndGet());
        }

        @Arbiter
        public void look(III_Result result) {
            result.r1 = first.get();
            result.r2 = second.get();
            result.r3 = third.get();
        }
    }

    /** Who gives up while the task ends takes nobody along. */
    @JCStressTest
    @Outcome(id = "1, 1, [01]", expect = ACCEPTABLE, desc = "those who did not give up were told once")
    @State
    public static class GivingUpTakesNobodyAlong {
        private final Promise<Integer> promise = new Promise<>("of an actor");
        private final AtomicInteger oldest = new AtomicInteger();
        private final AtomicInteger newest = new AtomicInteger();
        private final AtomicInteger gaveUp = new AtomicInteger();
        private final Object one;
        private final Object other;

        public GivingUpTakesNobodyAlong() {
            promise.whenDone(_ -> oldest.incrementAndGet());
            one = promise.watch(_ -> {});
            other = promise.watch(_ -> gaveUp.incrementAndGet());
            promise.whenDone(_ -> newest.incrementAndGet());
        }

        @Actor
        public void keeps() {
            promise.keep(1);
        }

        @Actor
        public void twoGiveUp() {
            promise.unwatch(one);
            promise.unwatch(other);
        }

        @Arbiter
        public void look(III_Result result) {
            result.r1 = oldest.get();
            result.r2 = newest.get();
            result.r3 = gaveUp.get();
        }
    }

    /**
     * Two that give up beside each other do not bring each other back, and the one between them and the end is told.
     */
    @JCStressTest
    @Outcome(id = "1", expect = ACCEPTABLE, desc = "who stayed was told once")
    @State
    public static class TwoGiveUpAtOnce {
        private final Promise<Integer> promise = new Promise<>("of an actor");
        private final AtomicInteger told = new AtomicInteger();
        private final Object one;
        private final Object other;

        public TwoGiveUpAtOnce() {
            promise.whenDone(_ -> told.incrementAndGet());
            one = promise.watch(_ -> told.addAndGet(10));
            other = promise.watch(_ -> told.addAndGet(100));
        }

        @Actor
        public void gives() {
            promise.unwatch(one);
        }

        @Actor
        public void givesToo() {
            promise.unwatch(other);
        }

        @Arbiter
        public void look(I_Result result) {
            promise.keep(1);
            result.r1 = told.get();
        }
    }

    /** A task ends in one way, and all see the same. */
    @JCStressTest
    @Outcome(id = "100, 1, 1", expect = ACCEPTABLE, desc = "kept")
    @Outcome(id = "10, 2, 2", expect = ACCEPTABLE, desc = "broken")
    @State
    public static class EndsInOneWay {
        private final Promise<Integer> promise = new Promise<>("of an actor");
        private final AtomicInteger winners = new AtomicInteger();
        private int told;

        public EndsInOneWay() {
            promise.whenDone(_ -> told = how());
        }

        private int how() {
            return switch (promise.state()) {
                case SUCCESS -> 1;
                case FAILED -> 2;
                case CANCELLED -> 3;
                case RUNNING -> 0;
            };
        }

        @Actor
        public void keeps() {
            winners.addAndGet(promise.keep(1) ? 100 : 0);
        }

        @Actor
        public void breaksAndCancels() {
            winners.addAndGet(promise.breakWith(new IllegalStateException("planned")) ? 10 : 0);
            winners.addAndGet(promise.cancel("planned") ? 1 : 0);
        }

        @Arbiter
        public void look(III_Result result) {
            result.r1 = winners.get();
            result.r2 = how();
            result.r3 = told;
        }
    }

    /** What was done before the end is seen by who sees the end. */
    @JCStressTest
    @Outcome(id = "-1", expect = ACCEPTABLE, desc = "not ended yet")
    @Outcome(id = "1", expect = ACCEPTABLE, desc = "ended, and the write before is seen")
    @State
    public static class PublishesWhatWasDoneBefore {
        private final Promise<Integer> promise = new Promise<>("of an actor");
        private int plain;

        @Actor
        public void keeps() {
            plain = 1;
            promise.keep(1);
        }

        @Actor
        public void looks(I_Result result) {
            result.r1 = promise.isDone() ? plain : -1;
        }
    }
}
