package dev.weft.stress;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.jetbrains.lincheck.Lincheck;
import org.jetbrains.lincheck.LincheckAssertionError;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;

/** How thoroughly Lincheck looks; {@code -Dweft.stress.factor} multiplies it. */
final class Models {
    private static final int FACTOR = Integer.getInteger("weft.stress.factor", 1);
    private static final int SCENARIOS = 5;
    private static final int SCHEDULES = 100;

    private Models() {}

    private static ModelCheckingOptions options() {
        return new ModelCheckingOptions()
                .iterations(SCENARIOS * FACTOR)
                .invocationsPerIteration(SCHEDULES)
                .threads(2)
                .actorsPerThread(3)
                .actorsBefore(2)
                .actorsAfter(2);
    }

    /**
     * What the operations of a class return is what they would return one after the other in some order, under every
     * schedule that is tried.
     */
    static void holds(Class<?> operations) {
        options().check(operations);
    }

    /** A class with a planted bug is caught. */
    static void breaks(Class<?> operations) {
        assertThatThrownBy(() -> options().check(operations)).isInstanceOf(LincheckAssertionError.class);
    }

    /**
     * A program with threads ends under every schedule that is tried, and fails under none. Lincheck lets {@code park}
     * return for no reason, so that a lost wake-up is not what this finds: that is for jcstress and the storms.
     */
    static void ends(Runnable program) {
        Lincheck.runConcurrentTest(SCHEDULES * FACTOR, program);
    }

    static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
