package dev.weft.loop.kernel;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZ_Result;
import org.openjdk.jcstress.infra.results.Z_Result;

/**
 * Wake-ups from other threads: of a pump that goes to rest ({@link LoopCore#submit}), and of a strand that suspends
 * ({@link Strand#unpark}).
 */
public class WakeUpProtocol {
    private WakeUpProtocol() {}

    /** Of a submitter and a pump that goes to rest, one sees the other. */
    @JCStressTest
    @Outcome(id = "false, false", expect = ACCEPTABLE, desc = "the pump saw the entry and stays awake")
    @Outcome(id = "false, true", expect = ACCEPTABLE, desc = "both saw each other")
    @Outcome(id = "true, true", expect = ACCEPTABLE, desc = "the pump parks and is woken")
    @State
    public static class NoEntryIsSleptOver {
        private final BareLoop loop = new BareLoop();
        private final Object entry = new Object();

        @Actor
        public void pump(ZZ_Result result) {
            result.r1 = loop.goesToRest();
        }

        @Actor
        public void submitter() {
            loop.submit(entry);
        }

        @Arbiter
        public void look(ZZ_Result result) {
            result.r2 = loop.rest() == BareLoop.AWAKE;
        }
    }

    /** Of two submitters one at least wakes the pump that rests, and the queue has what both submitted. */
    @JCStressTest
    @Outcome(id = "true", expect = ACCEPTABLE, desc = "woken")
    @State
    public static class ARestingPumpIsWoken {
        private final BareLoop loop = new BareLoop();
        private final Object entry = new Object();

        public ARestingPumpIsWoken() {
            loop.goesToRest();
        }

        @Actor
        public void one() {
            loop.submit(entry);
        }

        @Actor
        public void other() {
            loop.submit(entry);
        }

        @Arbiter
        public void look(Z_Result result) {
            result.r1 = loop.rest() == BareLoop.AWAKE && loop.submissions().size() == 2;
        }
    }

    /** A strand that checks its condition and suspends goes on, whenever the condition was set and the strand woken. */
    @JCStressTest
    @Outcome(id = "true", expect = ACCEPTABLE, desc = "the strand goes on")
    @State
    public static class NoWakeUpIsLost {
        private final BareLoop loop = new BareLoop();
        private final BareLoop.BareStrand strand = new BareLoop.BareStrand(loop);
        private volatile boolean condition;
        private boolean away;

        @Actor
        public void strand() {
            loop.enter();
            while (!condition && !away) {
                away = !strand.parks() && !strand.goesOn();
            }
        }

        @Actor
        public void waker() {
            condition = true;
            strand.unpark();
        }

        @Arbiter
        public void look(Z_Result result) {
            loop.enter();
            result.r1 = !away || strand.goesOn();
        }
    }

    /** The same where two things are waited for, of which the first may wake the strand in vain and leave a permit. */
    @JCStressTest
    @Outcome(id = "true", expect = ACCEPTABLE, desc = "the strand goes on")
    @State
    public static class NoSecondWakeUpIsLost {
        private final BareLoop loop = new BareLoop();
        private final BareLoop.BareStrand strand = new BareLoop.BareStrand(loop);
        private volatile boolean one;
        private volatile boolean other;
        private boolean away;

        @Actor
        public void strand() {
            loop.enter();
            while (!(one && other) && !away) {
                away = !strand.parks() && !strand.goesOn();
            }
        }

        @Actor
        public void waker() {
            one = true;
            strand.unpark();
            other = true;
            strand.unpark();
        }

        @Arbiter
        public void look(Z_Result result) {
            loop.enter();
            result.r1 = !away || strand.goesOn();
        }
    }
}
