package dev.weft;

import static dev.weft.Eventually.until;
import static dev.weft.Weft.offload;
import static dev.weft.Weft.run;
import static dev.weft.Weft.sleep;
import static dev.weft.Weft.spawn;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.weft.loop.EventLoop;
import dev.weft.sync.Barrier;
import dev.weft.sync.Channel;
import dev.weft.sync.Condition;
import dev.weft.sync.Event;
import dev.weft.sync.Limiter;
import dev.weft.sync.Lock;
import dev.weft.sync.Queue;
import dev.weft.sync.Select;
import dev.weft.sync.Semaphore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Ten thousand tasks that are cancelled at once, and loops that are closed with work at every stage: everything ends,
 * nothing stays behind, no failure is lost.
 */
@Timeout(60)
class CancelStormStressTest {
    private static final int TASKS = 10_000;
    private static final int FAILING_EVERY = 10;
    private static final Duration LONG = Duration.ofHours(1);

    private final Random random = seeded();

    /** What tasks wait for, and in vain. */
    private final Event event = new Event();

    private final Lock lock = new Lock();
    private final Lock guard = new Lock();
    private final Condition condition = new Condition(guard);
    private final Semaphore semaphore = new Semaphore(0);
    private final Limiter limiter = new Limiter(1);
    private final Queue<Integer> empty = Queue.unbounded();
    private final Queue<Integer> full = Queue.bounded(1);
    private final Channel<Integer> channel = Channel.rendezvous();
    private final Channel<Integer> otherChannel = Channel.rendezvous();
    private final Barrier barrier = new Barrier(TASKS + 1);
    private final Pool pool = Pools.virtual();

    private static Random seeded() {
        long seed = Long.getLong("weft.test.seed", System.nanoTime());
        System.out.println("CancelStormStressTest: -Dweft.test.seed=" + seed);
        return new Random(seed);
    }

    /** Every way to wait; none of them ends by itself. */
    private List<Action<Exception>> waits() {
        full.put(0);
        limiter.acquireOnBehalfOf(this);
        return List.of(
                () -> sleep(LONG),
                event::await,
                lock::acquire,
                () -> guard.withLock(() -> condition.awaitUntil(() -> false)),
                semaphore::acquire,
                () -> limiter.acquireOnBehalfOf(new Object()),
                empty::get,
                () -> full.put(1),
                full::join,
                () -> channel.receiver().receive(),
                () -> new Select<Integer>()
                        .onReceive(channel.receiver(), item -> item)
                        .onReceive(otherChannel.receiver(), item -> item)
                        .await(),
                barrier::await,
                () -> Weft.withTimeout(LONG, () -> sleep(LONG.plusHours(1))),
                () -> Weft.gather(
                        () -> {
                            sleep(LONG);
                            return 1;
                        },
                        () -> {
                            event.await();
                            return 2;
                        }),
                () -> {
                    try (var group = TaskGroup.open()) {
                        group.spawn(() -> semaphore.acquire());
                        group.join();
                    }
                },
                () -> spawnedElsewhere().await(),
                () -> {
                    for (; ; ) {
                        sleep(Duration.ZERO);
                    }
                });
    }

    private Task<?> spawnedElsewhere() {
        return pool.submit(() -> sleep(LONG));
    }

    private void assertNobodyWaits() {
        assertThat(List.of(event, guard, condition, semaphore, limiter, barrier))
                .allSatisfy(primitive -> assertThat(primitive.toString()).containsPattern("\\b0 (of \\d+ )?waiting"));
        assertThat(List.of(empty, full))
                .allSatisfy(queue -> assertThat(queue.toString()).contains("0 getting, 0 putting"));
        assertThat(List.of(channel, otherChannel))
                .allSatisfy(stream -> assertThat(stream.toString()).contains("0 sending, 0 receiving"));
    }

    @Test
    void tenThousandTasksInEveryKindOfWaitEndWhenTheyAreCancelled() throws Exception {
        List<Action<Exception>> waits = waits();
        run(() -> {
            lock.acquire(); // by the main task, so that nobody gets it
            List<Task<?>> tasks = new ArrayList<>();
            for (int i = 0; i < TASKS; i++) {
                Action<Exception> wait = waits.get(i % waits.size());
                tasks.add(spawn(() -> wait.run()));
            }
            for (int pass = 0; pass < 5; pass++) {
                sleep(Duration.ZERO);
            }
            assertThat(tasks).noneMatch(Task::isDone);
            List<Task<?>> order = new ArrayList<>(tasks);
            Collections.shuffle(order, random);
            Thread other = Thread.ofPlatform()
                    .start(() -> order.subList(0, TASKS / 2).forEach(task -> task.cancel("by another thread")));
            order.subList(TASKS / 2, TASKS).forEach(task -> task.cancel("by the loop"));
            tasks.forEach(Task::join);

            assertThat(tasks).allMatch(Task::isCancelled);
            offload(() -> other.join(Duration.ofSeconds(10)));
            assertThat(Weft.gather(() -> 1, () -> 2)).containsExactly(1, 2);
            lock.release();
            assertNobodyWaits();
        });
        until("the pool has nothing left", () -> {
            pool.shutdownNow();
            return pool.isTerminated();
        });
    }

    @Test
    void aGroupOfTenThousandEndsWithItsFirstFailureAndAllOthers() {
        Set<Throwable> failures = ConcurrentHashMap.newKeySet();
        Throwable thrown = catchThrowable(() -> run(() -> {
            try (var group = TaskGroup.open()) {
                for (int i = 0; i < TASKS; i++) {
                    int number = i;
                    group.spawn(() -> {
                        try {
                            sleep(LONG);
                        } finally {
                            if (number % FAILING_EVERY == 0) {
                                failInCleanUp(failures, number);
                            }
                        }
                    });
                }
                group.spawn(() -> {
                    sleep(Duration.ZERO);
                    failInCleanUp(failures, -1);
                });
                group.join();
            }
        }));

        assertThat(failures).hasSize(TASKS / FAILING_EVERY + 1);
        Set<Throwable> reported = new HashSet<>(List.of(thrown.getSuppressed()));
        reported.add(thrown);
        assertThat(reported).containsAll(failures);
    }

    private static void failInCleanUp(Set<Throwable> failures, int number) {
        var failure = new IllegalStateException("clean-up of " + number);
        failures.add(failure);
        throw failure;
    }

    @Test
    void aLoopThatIsClosedWithWorkAtEveryStageEndsAllOfIt() throws Exception {
        List<Action<Exception>> waits = new ArrayList<>(waits());
        waits.remove(2); // of the lock: on this loop nobody would own it
        List<Task<?>> tasks = new ArrayList<>();
        Set<Throwable> failures = ConcurrentHashMap.newKeySet();
        var cleanedUp = new AtomicInteger();
        var running = new CountDownLatch(1);
        var release = new CountDownLatch(1);
        var reported = new ConcurrentLinkedQueue<Throwable>();
        EventLoop loop = EventLoop.builder()
                .name("storm")
                .exceptionHandler(report -> reported.add(
                        report.exception() == null ? new AssertionError(report.message()) : report.exception()))
                .open();
        int suspended = 2_000;
        for (int i = 0; i < suspended; i++) {
            Action<Exception> wait = waits.get(i % waits.size());
            boolean fails = i % FAILING_EVERY == 0;
            int number = i;
            tasks.add(loop.spawn(() -> {
                try {
                    wait.run();
                } finally {
                    cleanedUp.incrementAndGet();
                    if (fails) {
                        failInCleanUp(failures, number);
                    }
                }
                return null;
            }));
        }
        for (int i = 0; i < 100; i++) { // at work on another thread, or in line for one
            tasks.add(loop.spawn(() -> offload(() -> {
                Thread.sleep(LONG);
                return null;
            })));
        }
        EventLoop.Handle later = loop.callLater(LONG, () -> failInCleanUp(failures, -2));
        loop.spawn(() -> 1).await(); // all of these have begun
        Task<String> busy = loop.spawn(() -> {
            running.countDown();
            while (release.getCount() > 0) { // holds the loop
                Thread.onSpinWait();
            }
            return "done";
        });
        running.await();
        List<Task<?>> neverBegun = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) { // on their way to the loop, which is held up
            neverBegun.add(loop.spawn(() -> cleanedUp.addAndGet(1_000_000)));
        }
        tasks.get(1).cancel("while the loop is busy");
        Thread closer = Thread.ofPlatform().start(loop::close);
        release.countDown();
        assertThat(closer.join(Duration.ofSeconds(30))).as("the loop is closed").isTrue();

        assertThat(tasks).allMatch(Task::isDone);
        assertThat(busy.isDone()).isTrue();
        assertThat(neverBegun).allMatch(Task::isDone);
        assertThat(cleanedUp.get() % 1_000_000).isEqualTo(suspended);
        assertThat(failures).hasSize(suspended / FAILING_EVERY);
        Set<Throwable> kept = new HashSet<>();
        for (Task<?> task : tasks) {
            Throwable failure = task.failure();
            if (failure != null) {
                kept.add(failure);
            }
        }
        assertThat(kept).isEqualTo(failures);
        assertThat(reported).as("failures that nobody had looked at").containsExactlyInAnyOrderElementsOf(failures);
        assertThat(loop.tasks()).isEmpty();
        later.cancel();
        assertNobodyWaits();
        pool.closeNow("the test is over");
        assertThat(pool.statistics().pending()).isZero();
    }

    @ParameterizedTest
    @EnumSource(
            value = PoolKind.class,
            names = {"THREADS", "VIRTUAL", "VIRTUAL_LIMITED", "LOOPS"})
    void aPoolCountsEveryOneOfTenThousandThatAreCancelled(PoolKind kind) throws InterruptedException {
        Pool storm = kind.open();
        List<Task<Integer>> tasks = new ArrayList<>();
        Callable<Integer> work = () -> {
            sleep(Duration.ofNanos(1));
            return 1;
        };
        var half = new CountDownLatch(1);
        Thread canceller = Thread.ofPlatform().start(() -> {
            try {
                half.await();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
            List<Task<Integer>> some;
            synchronized (tasks) {
                some = new ArrayList<>(tasks);
            }
            Collections.shuffle(some, random);
            some.forEach(task -> task.cancel("in the storm"));
        });
        for (int i = 0; i < TASKS; i++) {
            Task<Integer> task = storm.submit(work);
            synchronized (tasks) {
                tasks.add(task);
            }
            if (i == TASKS / 2) {
                half.countDown();
            }
        }
        canceller.join();
        storm.close();

        assertThat(tasks).allMatch(Task::isDone);
        PoolStatistics statistics = storm.statistics();
        long cancelled = tasks.stream().filter(Task::isCancelled).count();
        assertThat(statistics).isEqualTo(new PoolStatistics(TASKS, TASKS - cancelled, 0, cancelled));
    }
}
