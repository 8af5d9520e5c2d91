package dev.weft.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.weft.TaskGroup;
import dev.weft.Weft;
import dev.weft.loop.EventLoop;
import java.io.IOException;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LoopTestTest {
    static final ThreadLocal<String> CONTEXT = new ThreadLocal<>();

    @Nested
    class Fixtures {
        private final List<String> calls = new ArrayList<>();
        private TestClock clockBefore;

        @BeforeEach
        void before(TestClock clock, TestInfo info) {
            CONTEXT.set(info.getDisplayName());
            clockBefore = clock;
            calls.add("before");
            Weft.sleep(Duration.ofSeconds(1));
        }

        @AfterEach
        void after(Trial trial) {
            assertThat(CONTEXT.get()).startsWith("runOnTheSameLoop");
            assertThat(trial.clock()).isSameAs(clockBefore);
            assertThat(calls).containsExactly("before", "test");
            Weft.sleep(Duration.ofSeconds(1));
        }

        @LoopTest
        void runOnTheSameLoopInTheSameTask(TestClock clock, RandomGenerator random, Sequencer sequencer) {
            calls.add("test");
            assertThat(clock).isSameAs(clockBefore);
            assertThat(clock.now()).isEqualTo(Duration.ofSeconds(1));
            assertThat(CONTEXT.get()).isNotNull();
            assertThat(random).isNotNull();
            assertThat(sequencer).isNotNull();
        }
    }

    @Nested
    class ManySchedules {
        private static final Set<Object> INSTANCES = new HashSet<>();
        private static final int SCHEDULES = 20;
        private int runs;

        @BeforeEach
        void before() {
            INSTANCES.add(this);
            runs++;
        }

        @LoopTest(schedules = SCHEDULES)
        void eachRunsOnAFreshInstance() {
            assertThat(runs).isEqualTo(1);
        }

        @AfterEach
        void after() {
            assertThat(runs).isEqualTo(1);
        }
    }

    @LoopTest
    void aSequencerSetsTheOrder(Sequencer sequencer) {
        List<Integer> order = new ArrayList<>();
        try (var group = TaskGroup.open()) {
            for (int i = 2; i >= 0; i--) {
                int number = i;
                group.spawn(() -> {
                    try (var _ = sequencer.step(number)) {
                        Weft.sleep(Duration.ofMillis(3 - number));
                        order.add(number);
                    }
                });
            }
            group.join();
        }
        assertThat(order).containsExactly(0, 1, 2);
    }

    // ---- tests that fail, and how

    static class Leaking {
        static final CountDownLatch END = new CountDownLatch(1);

        @LoopTest
        void aThread() {
            Thread.ofPlatform().name("left behind").start(() -> {
                try {
                    END.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
        }
    }

    @Test
    void aThreadThatIsLeftBehindFailsTheTestThatStartedIt() {
        List<Throwable> failures = Runs.failuresOf(Leaking.class, Map.of());
        Leaking.END.countDown();
        assertThat(failures)
                .singleElement()
                .satisfies(failure -> assertThat(failure)
                        .hasMessageContaining("thread 'left behind'")
                        .hasMessageContaining("LoopTestTest"));
    }

    static class LeakingALoop {
        static EventLoop loop;

        @LoopTest
        void aLoop() {
            loop = EventLoop.open("forgotten");
        }
    }

    @Test
    void aLoopThatIsLeftOpenFailsTheTestThatOpenedIt() {
        List<Throwable> failures = Runs.failuresOf(LeakingALoop.class, Map.of());
        LeakingALoop.loop.close();
        assertThat(failures)
                .singleElement()
                .satisfies(failure -> assertThat(failure).hasMessageContaining("forgotten"));
    }

    static class LeakingASocket {
        static ServerSocket socket;

        @LoopTest
        void aSocket() throws IOException {
            socket = new ServerSocket(0);
        }
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void aSocketThatIsLeftOpenFailsTheTestThatOpenedIt() throws IOException {
        List<Throwable> failures = Runs.failuresOf(LeakingASocket.class, Map.of());
        LeakingASocket.socket.close();
        assertThat(failures)
                .singleElement()
                .satisfies(failure -> assertThat(failure).hasMessageContaining("open socket:"));
    }

    static class LeakingAProcess {
        static Process process;

        @LoopTest
        void aProcess() throws IOException {
            process = new ProcessBuilder("sleep", "60").start();
        }
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void aProcessThatIsLeftBehindFailsTheTestThatStartedIt() {
        List<Throwable> failures = Runs.failuresOf(LeakingAProcess.class, Map.of());
        LeakingAProcess.process.destroyForcibly();
        assertThat(failures)
                .singleElement()
                .satisfies(failure ->
                        assertThat(failure).hasMessageContaining("process " + LeakingAProcess.process.pid()));
    }

    static class FailingInOneOrder {
        private final List<Integer> order = new ArrayList<>();

        @LoopTest(schedules = 200)
        void inOneOrder() {
            try (var group = TaskGroup.open()) {
                for (int i = 0; i < 3; i++) {
                    int number = i;
                    group.spawn(() -> order.add(number));
                }
                group.join();
            }
            assertThat(order).isNotEqualTo(List.of(2, 1, 0));
        }
    }

    @Test
    void aFailureInOneOrderNamesTheTestAndReplays() {
        Throwable failure = Runs.failuresOf(FailingInOneOrder.class, Map.of()).getFirst();

        assertThat(failure)
                .isInstanceOf(LoopTestFailure.class)
                .hasMessageContaining("FailingInOneOrder.inOneOrder failed in schedule")
                .hasMessageContaining("task #1");
        String replay = ((LoopTestFailure) failure).replay();
        assertThat(Runs.failuresOf(FailingInOneOrder.class, Map.of("weft.replay", replay)))
                .singleElement()
                .satisfies(again -> assertThat(again).hasMessageContaining("in the schedule that was replayed"));
        assertThat(Runs.failuresOf(FailingInOneOrder.class, Map.of("weft.replay", "1/-")))
                .as("in the order of production")
                .isEmpty();
    }

    static class CallingBack {
        @LoopTest
        void aCallbackThatThrows(TestClock clock) {
            var task = Weft.spawn(() -> Weft.sleep(Duration.ofSeconds(1)));
            task.whenDone(_ -> {
                throw new IllegalStateException("thrown by a callback");
            });
            Weft.sleep(Duration.ofSeconds(2));
        }
    }

    @Test
    void whatACallbackThrowsFailsTheTest() {
        assertThat(Runs.failuresOf(CallingBack.class, Map.of()))
                .singleElement()
                .satisfies(failure -> assertThat(failure).hasMessageContaining("thrown by a callback"));
    }

    // ---- other kinds of test

    @LoopTest(schedules = 200)
    static class FailingForSome {
        private final List<Integer> order = new ArrayList<>();

        @ParameterizedTest
        @ValueSource(ints = {2, 3})
        void inOneOrder(int tasks) {
            order.clear();
            try (var group = TaskGroup.open()) {
                for (int i = 0; i < tasks; i++) {
                    int number = i;
                    group.spawn(() -> order.add(number));
                }
                group.join();
            }
            assertThat(order).isNotEqualTo(List.of(2, 1, 0));
        }

        @TestFactory
        List<DynamicTest> made() {
            return List.of(
                    dynamicTest("with two", () -> inOneOrder(2)), dynamicTest("with three", () -> inOneOrder(3)));
        }
    }

    @Test
    void anInvocationThatFailsIsNamedAndReplays() {
        List<Throwable> failures = Runs.failuresOf(FailingForSome.class, Map.of());
        assertThat(failures)
                .hasOnlyElementsOfType(LoopTestFailure.class)
                .extracting(failure -> failure.getMessage().lines().findFirst().orElse(""))
                .satisfiesExactlyInAnyOrder(
                        line -> assertThat(line).startsWith("FailingForSome.inOneOrder [2] "),
                        line -> assertThat(line).startsWith("FailingForSome.made with three failed in schedule"));
        String replay = ((LoopTestFailure) failures.getFirst()).replay();
        assertThat(Runs.failuresOf(FailingForSome.class, Map.of("weft.replay", replay)))
                .hasSize(2);
    }

    static class OfTwoKinds {
        @LoopTest
        @ParameterizedTest
        @ValueSource(ints = 1)
        void both(int number) {
            throw new AssertionError("called with " + number);
        }
    }

    @Test
    void whoNamesTwoKindsOfTestForAMethodIsToldWhatToDo() {
        assertThat(Runs.failuresOf(OfTwoKinds.class, Map.of()))
                .isNotEmpty()
                .allSatisfy(failure -> assertThat(failure).hasMessageContaining("put @LoopTest on its class"));
    }

    @LoopTest
    static class FactoryWithAClock {
        @TestFactory
        List<DynamicTest> made(TestClock clock) {
            return List.of(dynamicTest("at " + clock, () -> {}));
        }
    }

    @Test
    void aFactoryThatWantsTheClockIsToldWhereToGetIt() {
        assertThat(Runs.failuresOf(FactoryWithAClock.class, Map.of()))
                .singleElement()
                .satisfies(failure -> assertThat(failure).hasMessageContaining("@BeforeEach"));
    }
}
