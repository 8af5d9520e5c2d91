package dev.weft.testing;

import dev.weft.loop.kernel.Durations;
import java.time.Duration;

/**
 * The clock of the loop that a test runs on; of its timers, sleeps, time-outs, and of timed waits of the JDK in its
 * coroutines. It starts at zero.
 *
 * <pre>{@code
 * @LoopTest
 * void aLeaseExpires(TestClock clock) {
 *     var lease = leases.take("a");
 *     Weft.sleep(Duration.ofMinutes(30));              // takes no time
 *     assertThat(lease.isExpired()).isTrue();
 *     assertThat(clock.now()).isEqualTo(Duration.ofMinutes(30));
 * }
 * }</pre>
 */
public final class TestClock {
    /** Something that holds the clock. */
    public interface Hold extends AutoCloseable {
        /** Lets go of the clock; idempotent, any thread. */
        @Override
        void close();
    }

    final Conductor conductor;

    TestClock(Conductor conductor) {
        this.conductor = conductor;
    }

    /** {@return how this clock goes} */
    public ClockMode mode() {
        return conductor.mode();
    }

    /** {@return the time since the test began, by this clock; any thread} */
    public Duration now() {
        return Duration.ofNanos(conductor.elapsed());
    }

    /**
     * Moves the clock on, and lets everything happen on the way that is due: timer after timer, each at its time, with
     * all that can run after it. Returns when nothing can run any more at the time reached.
     *
     * @param time how far; zero only lets run what can
     * @throws IllegalArgumentException if it is negative
     * @throws IllegalStateException if this clock is the real one, or the caller is no coroutine of the test
     * @throws dev.weft.Cancelled if the calling task is cancelled; the clock may have moved
     */
    public void advance(Duration time) {
        conductor.advance(Durations.nanos("what a clock is advanced by", time));
    }

    /**
     * Waits until nothing else can run and nothing from outside of the loop is pending, at the present time of the
     * clock: this wins over a jump of the clock. Where several wait for that, all go on.
     *
     * @throws IllegalStateException if the caller is no coroutine of the test
     * @throws dev.weft.Cancelled if the calling task is cancelled
     */
    public void awaitQuiescence() {
        conductor.awaitQuiescence();
    }

    /**
     * Keeps the clock from jumping, for something outside of the loop that Weft cannot see: a thread or library that
     * will call back. Any thread.
     *
     * @param reason what is waited for; shown if it takes too long
     * @return close it to let go
     */
    public Hold hold(String reason) {
        return conductor.hold(reason);
    }

    @Override
    public String toString() {
        return "TestClock[" + now() + ", " + mode() + "]";
    }
}
