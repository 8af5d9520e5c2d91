package dev.weft.testing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.Task;
import dev.weft.Weft;
import dev.weft.sync.Event;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

class SharedLoopTest {
    @Nested
    @SharedLoop
    @TestMethodOrder(MethodOrderer.OrderAnnotation.class)
    class OneLoop {
        static Task<?> server;
        static int ticks;
        static final ThreadLocal<String> CONTEXT = new ThreadLocal<>();
        private int before;

        @BeforeAll
        static void open() {
            CONTEXT.set("set before all");
            server = Weft.spawn(() -> {
                while (true) {
                    Weft.sleep(Duration.ofSeconds(1));
                    ticks++;
                }
            });
        }

        @BeforeEach
        void before() {
            before++;
        }

        @LoopTest
        @Order(1)
        void first(TestClock clock) {
            assertThat(clock.now()).isZero();
            Weft.sleep(Duration.ofMillis(2500));
            assertThat(ticks).isEqualTo(2);
            assertThat(CONTEXT.get()).isEqualTo("set before all");
            assertThat(before).isEqualTo(1);
        }

        @LoopTest
        @Order(2)
        void second(TestClock clock) {
            assertThat(ticks).as("between tests the clock stands still").isEqualTo(2);
            assertThat(clock.now()).isEqualTo(Duration.ofMillis(2500));
            Weft.sleep(Duration.ofSeconds(1));
            assertThat(ticks).isEqualTo(3);
            assertThat(before).isEqualTo(1);
        }

        @AfterAll
        static void close() {
            server.cancel("all tests have run");
            server.join();
        }
    }

    @SharedLoop
    @TestMethodOrder(MethodOrderer.OrderAnnotation.class)
    static class Hanging {
        @LoopTest
        @Order(1)
        void hangs() {
            new Event().await();
        }

        @LoopTest
        @Order(2)
        void comesAfter() {}
    }

    @Test
    void aDeadlockFailsItsTestAndThoseAfterItAreToldWhy() {
        assertThat(Runs.failuresOf(Hanging.class, Map.of()))
                .satisfiesExactly(
                        first -> assertThat(first).hasMessageContaining("deadlock"),
                        second -> assertThat(second).hasMessageContaining("has ended"));
    }

    @SharedLoop
    static class Leaving {
        @LoopTest
        void leaves() {
            Weft.spawn(() -> Weft.sleep(Duration.ofDays(1)));
        }
    }

    @Test
    void whatIsLeftAtTheEndFailsTheClass() {
        assertThat(Runs.failuresOf(Leaving.class, Map.of()))
                .singleElement()
                .satisfies(failure -> assertThat(failure).hasMessageContaining("leave behind"));
    }

    // ---- one loop for a run

    @SharedLoop(scope = SharedLoop.Scope.RUN)
    abstract static class WithServer {
        static final ThreadLocal<String> CONTEXT = new ThreadLocal<>();
        static final List<String> SEEN = new ArrayList<>();

        static Task<?> server;
        static int ticks;
        private static TestClock first;

        @BeforeAll
        static void serve(TestClock clock) {
            if (server == null) {
                CONTEXT.set("set before all classes");
                first = clock;
                server = Weft.spawn(() -> {
                    while (true) {
                        Weft.sleep(Duration.ofSeconds(1));
                        ticks++;
                    }
                });
            }
            assertThat(clock).isSameAs(first);
        }

        @LoopTest
        void sharesTheLoopAndTheContext(TestClock clock) {
            int before = ticks;
            Weft.sleep(Duration.ofMillis(3100));
            assertThat(ticks).isEqualTo(before + 3);
            assertThat(clock).isSameAs(first);
            SEEN.add(getClass().getSimpleName() + " " + CONTEXT.get() + " " + clock.now());
        }
    }

    static class FirstOfRun extends WithServer {}

    static class SecondOfRun extends WithServer {
        @AfterAll
        static void end(Trial trial) {
            assertThat(trial.clock().now()).isEqualTo(Duration.ofMillis(6200));
            server.cancel("all classes have run");
            server.join();
        }
    }

    @Test
    void aLoopOfTheRunGoesOnFromClassToClass() {
        WithServer.server = null;
        WithServer.SEEN.clear();
        assertThat(Runs.failuresOf(Map.of(), FirstOfRun.class, SecondOfRun.class))
                .isEmpty();
        assertThat(WithServer.SEEN)
                .containsExactly(
                        "FirstOfRun set before all classes PT3.1S", "SecondOfRun set before all classes PT6.2S");
    }

    @Test
    void whatIsLeftAtTheEndOfTheRunFailsTheRun() {
        WithServer.server = null;
        assertThat(Runs.failuresOf(Map.of(), FirstOfRun.class))
                .singleElement()
                .satisfies(failure -> assertThat(failure)
                        .hasMessageContaining("the tests of the run have ended and leave behind")
                        .hasMessageContaining("started at dev.weft.testing.SharedLoopTest$WithServer"));
    }

    @SharedLoop(scope = SharedLoop.Scope.RUN)
    static class HangingInRun {
        /** Is still ending when the test has been told of the deadlock. */
        @BeforeAll
        static void startOneThatIsSlowToEnd() {
            Weft.spawn(() -> {
                try {
                    new Event().await();
                } finally {
                    long end = System.nanoTime() + Duration.ofMillis(200).toNanos();
                    while (System.nanoTime() - end < 0) {
                        Thread.onSpinWait();
                    }
                }
            });
        }

        @LoopTest
        void hangs() {
            new Event().await();
        }
    }

    @SharedLoop(scope = SharedLoop.Scope.RUN)
    static class AfterHanging {
        @LoopTest
        void hasALoop() {
            Weft.sleep(Duration.ofSeconds(1));
        }
    }

    @Test
    void theClassAfterADeadlockGetsANewLoop() {
        assertThat(Runs.failuresOf(Map.of(), HangingInRun.class, AfterHanging.class))
                .singleElement()
                .satisfies(failure -> assertThat(failure).hasMessageContaining("deadlock"));
    }

    // ---- threads

    static class Dying {
        @LoopTest
        void aThreadDies() throws InterruptedException {
            Thread thread = Thread.ofPlatform().unstarted(() -> {
                throw new IllegalStateException("thrown by a thread");
            });
            thread.start();
            try {
                Weft.offload(() -> {
                    thread.join();
                    return null;
                });
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        }
    }

    @Test
    void aThreadThatDiesOfAnErrorFailsTheTest() {
        assertThat(Runs.failuresOf(Dying.class, Map.of()))
                .singleElement()
                .satisfies(failure -> assertThat(failure).hasMessageContaining("thrown by a thread"));
    }
}
