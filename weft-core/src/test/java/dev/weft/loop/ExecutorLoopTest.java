package dev.weft.loop;

import static dev.weft.Eventually.until;
import static dev.weft.Weft.sleep;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.Task;
import dev.weft.TaskGroup;
import dev.weft.Weft;
import java.awt.EventQueue;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A loop on threads that belong to somebody else. */
class ExecutorLoopTest {
    private static final Duration TICK = Duration.ofMillis(1);
    private static final Duration LONG = Duration.ofHours(1);

    private final ExecutorService executor =
            Executors.newSingleThreadExecutor(Thread.ofPlatform().name("lender").factory());

    @AfterEach
    void shutdown() {
        executor.shutdownNow();
    }

    private static EventLoop on(Executor executor) {
        return EventLoop.builder().name("lent").executor(executor).open();
    }

    @Test
    void runsTasksThatWait() {
        try (EventLoop loop = on(executor)) {
            assertThat(loop.isPortable()).isTrue();
            assertThat(loop.call(() -> {
                        try (var group = TaskGroup.open()) {
                            Task<Integer> one = group.spawn(() -> {
                                sleep(TICK);
                                return 1;
                            });
                            Task<Integer> two = group.spawn(() -> 2);
                            return one.await() + two.await();
                        }
                    }))
                    .isEqualTo(3);
        }
    }

    @Test
    void wakesUpForTimersWithoutAThreadOfItsOwn() throws Exception {
        try (EventLoop loop = on(executor)) {
            var order = new ArrayList<Integer>();
            loop.call(() -> {
                        Duration start = loop.time();
                        loop.callAt(start.plus(TICK.multipliedBy(3)), () -> order.add(3));
                        loop.callAt(start.plus(TICK), () -> order.add(1));
                        return loop.callAt(start.plus(TICK.multipliedBy(4)), () -> order.add(4));
                    })
                    .get();

            assertThat(order).containsExactly(1, 3, 4);
        }
    }

    @Test
    void missesNoTimerHoweverCloseTheyAre() {
        try (EventLoop loop = on(executor)) {
            loop.call(() -> {
                try (var group = TaskGroup.open()) {
                    for (int i = 0; i < 10; i++) {
                        int number = i;
                        group.spawn(() -> {
                            for (int k = 0; k < 100; k++) {
                                sleep(Duration.ofNanos(20_000L + 7_000L * number));
                            }
                        });
                    }
                    group.join();
                }
            });
        }
    }

    @Test
    void leavesTheThreadToOthersWhileItsTasksWait() throws Exception {
        try (EventLoop loop = on(executor)) {
            Task<?> task = loop.spawn(() -> sleep(LONG));
            until("it waits", () -> !loop.tasks().isEmpty());

            assertThat(executor.submit(() -> "free").get(10, TimeUnit.SECONDS)).isEqualTo("free");
            task.cancel("seen");
        }
    }

    @Test
    void leavesTheThreadToOthersBetweenPasses() throws Exception {
        try (EventLoop loop = on(executor)) {
            var stop = new AtomicBoolean();
            var spins = new AtomicInteger();
            Task<?> busy = loop.spawn(() -> {
                while (!stop.get()) {
                    spins.incrementAndGet();
                    sleep(Duration.ZERO);
                }
            });
            until("it is busy", () -> spins.get() > 10);

            for (int i = 0; i < 20; i++) {
                assertThat(executor.submit(() -> "responsive").get(10, TimeUnit.SECONDS))
                        .isEqualTo("responsive");
            }
            assertThat(busy.isDone()).isFalse();
            stop.set(true);
            busy.join();
        }
    }

    @Test
    void aPassThatTakesLongIsBrokenOff() throws Exception {
        try (EventLoop loop = on(executor)) {
            var ran = new AtomicInteger();
            var seenByOther = new CompletableFuture<Integer>();
            loop.call(() -> {
                for (int i = 0; i < 50; i++) {
                    loop.callSoon(() -> {
                        if (ran.incrementAndGet() == 1) {
                            executor.execute(() -> seenByOther.complete(ran.get()));
                        }
                        long end = System.nanoTime() + TICK.toNanos();
                        while (System.nanoTime() < end) {
                            Thread.onSpinWait();
                        }
                    });
                }
            });
            assertThat(seenByOther.get(10, TimeUnit.SECONDS))
                    .as("another task of the executor came in between")
                    .isLessThan(50);
            loop.callSoon(() -> {}).get();
            assertThat(ran).hasValue(50);
        }
    }

    @Test
    void neverRunsAtTheSameTimeAsItsExecutor() throws Exception {
        int[] unguarded = {0};
        try (EventLoop loop = on(executor)) {
            Task<?> task = loop.spawn(() -> {
                for (int i = 0; i < 500; i++) {
                    int before = unguarded[0];
                    Thread.onSpinWait();
                    unguarded[0] = before + 1;
                    sleep(Duration.ZERO);
                }
            });
            for (int i = 0; i < 500; i++) {
                executor.execute(() -> {
                    int before = unguarded[0];
                    Thread.onSpinWait();
                    unguarded[0] = before + 1;
                });
            }
            task.join();
        }
        assertThat(executor.submit(() -> unguarded[0]).get()).isEqualTo(1_000);
    }

    @Test
    void runsOnAPoolOfThreadsOneAtATime() {
        try (ExecutorService pool = Executors.newFixedThreadPool(4);
                EventLoop loop = on(pool)) {
            int[] counter = {0};
            loop.call(() -> {
                try (var group = TaskGroup.open()) {
                    for (int i = 0; i < 20; i++) {
                        group.spawn(() -> {
                            for (int k = 0; k < 20; k++) {
                                int before = counter[0];
                                Thread.onSpinWait();
                                counter[0] = before + 1;
                                sleep(Duration.ZERO);
                            }
                        });
                    }
                    group.join();
                }
            });
            assertThat(counter[0]).isEqualTo(400);
        }
    }

    @Test
    void isClosedByAThreadOfItsExecutor() throws Exception {
        EventLoop loop = on(executor);
        var cleaned = new AtomicBoolean();
        loop.spawn(() -> {
            try {
                sleep(LONG);
            } finally {
                cleaned.set(true);
            }
        });
        until("it waits", () -> !loop.tasks().isEmpty());
        executor.submit(loop::close).get(10, TimeUnit.SECONDS);

        assertThat(cleaned).isTrue();
        assertThat(loop.isTerminated()).isTrue();
    }

    @Test
    void diesWithItsExecutorAndSaysSo() {
        EventLoop loop = on(executor);
        Task<?> task = loop.spawn(() -> sleep(LONG));
        until("it waits", () -> !loop.tasks().isEmpty());
        executor.shutdown();
        assertThatThrownBy(() -> loop.call(() -> 1)).isInstanceOf(Exception.class);

        until("its tasks have ended", task::isDone);
        assertThatThrownBy(task::get)
                .isInstanceOf(ExecutionException.class)
                .hasRootCauseInstanceOf(RejectedExecutionException.class)
                .hasMessageContaining("close the loop before its executor");
        assertThatThrownBy(() -> loop.spawn(() -> 1)).isInstanceOf(RejectedExecutionException.class);
    }

    @Test
    void anExecutorThatRunsWhatItIsGivenAtOnceIsRefused() {
        EventLoop loop = on(Runnable::run);

        assertThatThrownBy(loop::close)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("inside execute");
    }

    @Test
    void cannotBeCreatedForACaller() {
        assertThatThrownBy(() -> EventLoop.builder().executor(executor).create())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("open()");
    }

    @Test
    void keepsAnInterruptOfTheThreadForItsOwner() throws Exception {
        try (EventLoop loop = on(executor)) {
            var held = new CountDownLatch(1);
            var thread = new CompletableFuture<Thread>();
            executor.execute(() -> thread.complete(Thread.currentThread()));
            Thread lender = thread.get();
            Task<?> task = loop.spawn(() -> {
                while (held.getCount() > 0) {
                    Thread.onSpinWait();
                }
                return null;
            });
            until("it runs", () -> !loop.tasks().isEmpty());
            lender.interrupt();
            held.countDown();
            task.join();
            // The pool clears the flag between two of its tasks, so that it can only be seen not to have hurt.
            assertThat(loop.call(() -> 1)).isEqualTo(1);
        }
    }

    @Test
    void aSwingEventThreadStaysResponsive() throws Exception {
        System.setProperty("java.awt.headless", "true");
        List<String> seen = new ArrayList<>(); // of the event thread and the coroutine, which take turns
        try (EventLoop loop = on(EventQueue::invokeLater)) {
            Task<?> work = loop.spawn(() -> {
                for (int step = 1; step <= 5; step++) {
                    int number = step;
                    seen.add("step " + step);
                    EventQueue.invokeLater(() -> seen.add("event " + number));
                    sleep(Duration.ZERO);
                }
            });
            work.join();
            EventQueue.invokeAndWait(() -> seen.add("last event"));

            assertThat(seen)
                    .hasSize(11)
                    .containsSubsequence("step 1", "event 1", "step 3")
                    .containsSubsequence("step 3", "event 3", "step 5")
                    .endsWith("last event");
        }
    }

    @Test
    void aCoroutineMayCallAsTheEventThreadOfSwing() {
        System.setProperty("java.awt.headless", "true");
        try (EventLoop loop = on(EventQueue::invokeLater)) {
            List<Boolean> isEventThread = loop.call(() -> List.of(
                    EventQueue.isDispatchThread(),
                    loop.onExecutor(() -> EventQueue.isDispatchThread()),
                    loop.onExecutor(() -> loop.onExecutor(() -> EventQueue.isDispatchThread())),
                    Weft.atomically(() -> loop.onExecutor(() -> EventQueue.isDispatchThread()))));

            assertThat(isEventThread).containsExactly(false, true, true, true);
        }
    }

    @Test
    void whatACallOnTheExecutorThrowsIsThrownToTheCoroutine() {
        try (EventLoop loop = on(executor)) {
            var failure = new IOException("mine");
            loop.call(() -> {
                assertThatThrownBy(() -> loop.onExecutor(() -> {
                            throw failure;
                        }))
                        .isSameAs(failure);
                assertThat(loop.<String, RuntimeException>onExecutor(() -> "and goes on"))
                        .isEqualTo("and goes on");
            });
        }
    }

    @Test
    void aCallOnTheExecutorMayStartTasksButNotWaitForThem() {
        try (EventLoop loop = on(executor)) {
            loop.call(() -> {
                Task<Integer> task = loop.onExecutor(() -> loop.spawn(() -> 6 * 7));
                assertThatThrownBy(() -> loop.onExecutor(() -> task.await()))
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessageContaining("wait in the task");
                assertThatThrownBy(() -> loop.onExecutor(() -> sleep(TICK))).isInstanceOf(IllegalStateException.class);

                assertThat(task.await()).isEqualTo(42);
            });
        }
    }

    @Test
    void aCallOnTheExecutorIsForTheCodeOfTheLoopOnly() {
        try (EventLoop loop = on(executor);
                EventLoop other = EventLoop.open("other")) {
            assertThatThrownBy(() -> loop.onExecutor(() -> 1))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("does not run on it");
            assertThatThrownBy(() -> other.call(() -> loop.onExecutor(() -> 1)))
                    .isInstanceOf(IllegalStateException.class);
            assertThat(other.<Integer, RuntimeException>call(() -> other.onExecutor(() -> 1)))
                    .isEqualTo(1);
        }
    }

    @Test
    void anInterruptDuringACallOnTheExecutorIsKept() {
        try (EventLoop loop = on(executor)) {
            boolean interrupted = loop.call(() -> {
                Thread coroutine = Thread.currentThread();
                loop.onExecutor(() -> {
                    coroutine.interrupt();
                });
                return Thread.interrupted();
            });

            assertThat(interrupted).isTrue();
        }
    }

    @Test
    void aListenerOfAWindowMayStartTasksAndGetTheirResults() throws Exception {
        System.setProperty("java.awt.headless", "true");
        try (EventLoop loop = on(EventQueue::invokeLater)) {
            var label = new CompletableFuture<String>();
            EventQueue.invokeLater(() -> loop.spawn(() -> {
                String answer = Weft.offload(() -> "computed beside the window");
                label.complete(answer);
                return null;
            }));

            assertThat(label.get(10, TimeUnit.SECONDS)).isEqualTo("computed beside the window");
            EventQueue.invokeAndWait(loop::close);
            assertThat(loop.isTerminated()).isTrue();
        }
    }
}
