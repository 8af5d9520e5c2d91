package dev.weft.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.Task;
import dev.weft.Weft;
import dev.weft.testing.LoopTest;
import dev.weft.testing.SharedLoop;
import dev.weft.testing.TestClock;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.ClassOrderer;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.TestClassOrder;

/** Two classes on one loop, with what serves them both: a task that counts the minutes. */
@TestClassOrder(ClassOrderer.OrderAnnotation.class)
class SharedClockTest {
    /** What both classes begin with; the loop lives as long as the run. */
    @SharedLoop(scope = SharedLoop.Scope.RUN)
    abstract static class OnOneLoop {
        private static Task<?> counter;
        static int minutes;

        @BeforeAll
        static void count() {
            if (counter == null) {
                counter = Weft.spawn(() -> {
                    while (true) {
                        Weft.sleep(Duration.ofMinutes(1));
                        minutes++;
                    }
                });
            }
        }

        /** The task would be reported at the end of the run if it were left over. */
        static void end() {
            counter.cancel("all tests have run");
            counter.join();
            counter = null;
        }

        @LoopTest
        void countsWhileItSleeps(TestClock clock) {
            int before = minutes;
            Weft.sleep(Duration.ofMinutes(10).plusSeconds(1));
            assertThat(minutes).isEqualTo(before + 10);
            assertThat(clock.now()).isGreaterThan(Duration.ofMinutes(minutes));
        }
    }

    @Nested
    @Order(1)
    class First extends OnOneLoop {}

    @Nested
    @Order(2)
    class Second extends OnOneLoop {
        @AfterAll
        static void afterAll() {
            end();
        }
    }
}
