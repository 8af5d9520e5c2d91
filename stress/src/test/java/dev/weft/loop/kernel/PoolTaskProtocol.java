package dev.weft.loop.kernel;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

import java.util.concurrent.Callable;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZI_Result;

/** A task of a pool that is cancelled while its thread begins, runs and ends it. */
public class PoolTaskProtocol {
    private PoolTaskProtocol() {}

    /** The interrupt of a cancellation does not outlive the task, and the task ends in one way. */
    @JCStressTest
    @Outcome(id = "false, false, 1", expect = ACCEPTABLE, desc = "it had ended before the request")
    @Outcome(id = "true, false, 1", expect = ACCEPTABLE, desc = "asked, and it returned all the same")
    @Outcome(id = "true, false, 2", expect = ACCEPTABLE, desc = "cancelled before it began")
    @State
    public static class LeavesNoInterruptBehind {
        private final PoolTask<Integer> task = new PoolTask<>(new SequentialPool(), work());
        private boolean asked;
        private boolean interruptedAfterwards;

        private static Callable<Integer> work() {
            return () -> 1;
        }

        @Actor
        public void runs() {
            task.run();
            interruptedAfterwards = Thread.interrupted();
        }

        @Actor
        public void cancels() {
            asked = task.cancel("planned");
        }

        @Arbiter
        public void look(ZZI_Result result) {
            result.r1 = asked;
            result.r2 = interruptedAfterwards;
            result.r3 = switch (task.state()) {
                case SUCCESS -> 1;
                case CANCELLED -> 2;
                case FAILED -> 3;
                case RUNNING -> 0;
            };
        }
    }
}
