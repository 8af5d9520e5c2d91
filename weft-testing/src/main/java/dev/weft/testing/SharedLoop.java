package dev.weft.testing;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Has all {@link LoopTest} methods of a class run on one loop, in one task, with the {@code @BeforeAll} and
 * {@code @AfterAll} methods: for what is dear to set up, such as a server that the tests share.
 *
 * <pre>{@code
 * @SharedLoop
 * class CatalogueTest {
 *     static Catalogue catalogue;
 *
 *     @BeforeAll static void open() { catalogue = Catalogue.open(); }        // may spawn tasks that serve all tests
 *     @LoopTest void findsByName() { ... }
 *     @AfterAll static void close() { catalogue.close(); }
 * }
 * }</pre>
 *
 * <p>Between two tests the clock stands still, and tasks run as far as they can without it. The clock goes on from test
 * to test. Tasks and callbacks that are left over are reported at the end of the {@linkplain #scope scope}. Of the
 * attributes of {@code LoopTest} only {@link LoopTest#leakCheck} counts; a shared loop runs in the order of production.
 * All of {@code @BeforeAll}, {@code @BeforeEach}, the tests, {@code @AfterEach} and {@code @AfterAll} may have
 * parameters of the types {@link TestClock}, {@link Sequencer}, {@link java.util.random.RandomGenerator} and
 * {@link Trial}.
 *
 * <p>Classes inside of the annotated one share its loop. With {@link Scope#RUN} all classes do that say so with the
 * same clock and the same limit: one class after the other, thread-locals of the one task included.
 *
 * <pre>{@code
 * @SharedLoop(scope = SharedLoop.Scope.RUN)
 * abstract class WithBroker {
 *     private static Broker broker;
 *
 *     @BeforeAll static void broker() {
 *         if (broker == null) {
 *             broker = Broker.start();                                       // its tasks serve all classes
 *         }
 *     }
 * }
 * }</pre>
 *
 * <p>After a deadlock, or another problem that ended the loop, the tests of the same class that are left are told so,
 * and the next class of the run gets a new loop.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Documented
@Inherited
@ExtendWith(SharedLoopExtension.class)
@SuppressWarnings("exports") // only JUnit makes and calls the extension
public @interface SharedLoop {
    /** How long a loop that is shared lives. */
    enum Scope {
        /** As long as the tests of one class. */
        CLASS,

        /** As long as the whole run of the tests in one JVM. */
        RUN
    }

    /** {@return who shares the loop} */
    Scope scope() default Scope.CLASS;

    /** {@return how the clock goes} */
    ClockMode clock() default ClockMode.AUTO_JUMP;

    /**
     * {@return how long a test may stand still in real time, in milliseconds, for something from outside of the loop}
     */
    long realTimeLimitMillis() default 10_000;
}
