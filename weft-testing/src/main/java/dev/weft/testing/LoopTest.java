package dev.weft.testing;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A test that runs as a coroutine on a fresh loop, with a clock that takes no time to sleep.
 *
 * <pre>{@code
 * @LoopTest
 * void aSlowServerTimesOut() {
 *     assertThatThrownBy(() -> Weft.withTimeout(Duration.ofMinutes(1), () -> Weft.sleep(Duration.ofHours(1))))
 *             .isInstanceOf(TimedOutException.class);
 * }
 *
 * @LoopTest(schedules = 1000)
 * void depositsAreNotLost() { ... }             // in a thousand different orders; a failure prints the line that replays it
 * }</pre>
 *
 * <p>The method and the {@code @BeforeEach} and {@code @AfterEach} methods of its class run in one task, on one loop.
 * They may have parameters of the types {@link TestClock}, {@link Sequencer}, {@link java.util.random.RandomGenerator}
 * and {@link Trial}. With several schedules, or with {@link #cancelEverywhere}, all of them run once for each, on a new
 * instance of the class (on the same one if it lives as long as its class). That instance is made by the constructor
 * without parameters, and has what other extensions put into fields of the first one.
 *
 * <p><b>On a class</b> it holds for all test methods in it and in its nested classes, whatever kind they are of:
 * {@code @Test}, {@code @ParameterizedTest}, {@code @RepeatedTest}, {@code @TestFactory}. One on a method, or on a
 * nested class, then wins over it.
 *
 * <pre>{@code
 * @LoopTest(schedules = 500)
 * class BufferTest {
 *     @ParameterizedTest
 *     @ValueSource(ints = {1, 2, 16})
 *     void losesNothing(int capacity) { ... }     // each capacity in 500 orders
 * }
 * }</pre>
 *
 * <p>Each invocation of a template is a test of its own, with its fixtures. So is each dynamic test of a
 * {@code @TestFactory}: {@code @BeforeEach} and {@code @AfterEach} run for each of them, on its loop, and the factory
 * itself on no loop.
 *
 * <p>The test fails, beside its own failures, if it leaves tasks, callbacks, threads, processes or sockets behind; if a
 * callback throws; if it is in a deadlock; or if it stands still for longer than {@link #realTimeLimitMillis} since
 * something outside of the loop holds its clock.
 *
 * <p>The properties {@code weft.replay}, {@code weft.seed} and {@code weft.schedules} override the attributes; the last
 * one only where there is more than one schedule.
 */
@Target({ElementType.METHOD, ElementType.TYPE})
@Retention(RetentionPolicy.RUNTIME)
@Documented
@Inherited
@Test
@ExtendWith(LoopTestExtension.class)
@SuppressWarnings("exports") // only JUnit makes and calls the extension
public @interface LoopTest {
    /** {@return how the clock goes} */
    ClockMode clock() default ClockMode.AUTO_JUMP;

    /** {@return in how many different orders the test runs; the first is that of production} */
    int schedules() default 1;

    /**
     * {@return what orders and random numbers are made from; the same in each build, unless the property says
     * otherwise}
     */
    long seed() default 1;

    /** {@return how the orders are chosen} */
    Algorithm algorithm() default Algorithm.MIXED;

    /** {@return the one schedule to run, as a failure printed it; empty to run as the other attributes say} */
    String replay() default "";

    /**
     * {@return whether to run the test once for each of its checkpoints, cancelled there, and each of several schedules
     * with a cancellation; see {@link Simulation#cancelEverywhere}}
     */
    boolean cancelEverywhere() default false;

    /**
     * {@return whether one schedule is run twice before others are explored, to find out whether the test is
     * deterministic}
     */
    boolean checkDeterminism() default true;

    /**
     * {@return how long the test may stand still in real time, in milliseconds, for something from outside of its loop}
     */
    long realTimeLimitMillis() default 10_000;

    /**
     * {@return whether threads, processes and sockets that the test leaves behind fail it; tasks and callbacks always
     * do}
     */
    boolean leakCheck() default true;
}
