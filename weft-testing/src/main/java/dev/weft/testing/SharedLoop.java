package dev.weft.testing;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Has all {@link LoopTest} methods of a class run on one loop, in one task, with the {@code @BeforeAll} and {@code @AfterAll} methods: for what is dear to set up, such as a server that the tests
 * share.
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
 * <p>Between two tests the clock stands still, and tasks run as far as they can without it. The clock goes on from test to test. Tasks and callbacks that are left over are reported at the end of the class.
 * Of the attributes of {@code LoopTest} only {@link LoopTest#leakCheck} counts; a shared loop runs in the order of production.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Documented
@Inherited
@ExtendWith(SharedLoopExtension.class)
@SuppressWarnings("exports") // only JUnit makes and calls the extension
public @interface SharedLoop {
    /** {@return how the clock goes} */
    ClockMode clock() default ClockMode.AUTO_JUMP;

    /** {@return how long a test may stand still in real time, in milliseconds, for something from outside of the loop} */
    long realTimeLimitMillis() default 10_000;
}
