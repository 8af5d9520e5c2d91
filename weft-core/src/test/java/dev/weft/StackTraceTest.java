package dev.weft;

import static dev.weft.Eventually.passes;
import static dev.weft.Weft.run;
import static dev.weft.Weft.sleep;
import static dev.weft.Weft.spawn;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.loop.EventLoop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/**
 * Looking at a coroutine changes nothing. The JDK submits a thread that has yielded once more after its stack was
 * taken, and a coroutine that waits looks like that to it.
 */
class StackTraceTest {
    private static final Duration TICK = Duration.ofMillis(1);

    @Test
    void aStackTraceOfAWaitingCoroutineShowsWhereItWaits() {
        run(() -> {
            var thread = new CompletableFuture<Thread>();
            Task<?> waiting = spawn(() -> {
                thread.complete(Thread.currentThread());
                sleep(Duration.ofHours(1));
            });
            passes(2);

            StackTraceElement[] stack = thread.join().getStackTrace();

            assertThat(stack).anySatisfy(frame -> {
                assertThat(frame.getClassName()).isEqualTo(StackTraceTest.class.getName());
            });
            waiting.cancel("seen");
        });
    }

    @Test
    void aWaitingCoroutineWhoseStackIsTakenGoesOnWaiting() {
        try (EventLoop loop = EventLoop.open("looked at")) {
            var thread = new CompletableFuture<Thread>();
            var gate = new CompletableFuture<Void>();
            var wakeUps = new AtomicInteger();
            Task<?> target = loop.spawn(() -> {
                thread.complete(Thread.currentThread());
                Task<Void> never = spawn(() -> {
                    while (!gate.isDone()) {
                        sleep(TICK);
                    }
                    return null;
                });
                never.await();
                wakeUps.incrementAndGet();
                return null;
            });
            for (int i = 0; i < 100; i++) {
                thread.join().getStackTrace();
            }
            assertThat(target.isDone()).isFalse();
            gate.complete(null);
            target.await();
            assertThat(wakeUps).hasValue(1);
        }
    }

    @Test
    void anIdleLoopWhoseThreadsWereLookedAtRunsTheNextTasks() {
        try (EventLoop loop = EventLoop.open("looked at")) {
            List<Thread> threads = new ArrayList<>();
            List<Task<Thread>> tasks = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                tasks.add(loop.spawn(() -> {
                    sleep(TICK); // so that each gets a strand of its own
                    return Thread.currentThread();
                }));
            }
            tasks.forEach(task -> threads.add(task.await()));

            for (int round = 0; round < 20; round++) {
                threads.forEach(Thread::getStackTrace);
                for (int i = 0; i < 10; i++) {
                    loop.spawn(() -> {
                                sleep(Duration.ZERO);
                                return null;
                            })
                            .await();
                }
            }
        }
    }

    @Test
    void coroutinesThatAreLookedAtAllTheTimeMissNoWakeUp() throws InterruptedException {
        try (EventLoop loop = EventLoop.open("looked at")) {
            var stop = new AtomicBoolean();
            var players = new ArrayList<Thread>();
            var ready = new CompletableFuture<Void>();
            Task<Integer> game = loop.spawn(() -> {
                int[] turn = {0};
                try (var group = TaskGroup.open()) {
                    for (int player = 0; player < 3; player++) {
                        int me = player;
                        group.spawn(() -> {
                            players.add(Thread.currentThread());
                            if (players.size() == 3) {
                                ready.complete(null);
                            }
                            while (turn[0] < 3_000) {
                                if (turn[0] % 3 == me) {
                                    turn[0]++;
                                }
                                sleep(me == 0 ? Duration.ZERO : Duration.ofNanos(1_000));
                            }
                        });
                    }
                    group.join();
                }
                return turn[0];
            });
            ready.join();
            Thread looker = Thread.ofPlatform().start(() -> {
                while (!stop.get()) {
                    players.forEach(Thread::getStackTrace);
                }
            });
            assertThat(game.await()).isGreaterThanOrEqualTo(3_000);
            stop.set(true);
            looker.join();
        }
    }
}
