package dev.weft.testing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.Task;
import dev.weft.Weft;
import dev.weft.sync.Event;
import java.time.Duration;
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
                .satisfies(failure -> assertThat(failure).hasMessageContaining("leaves behind"));
    }

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
