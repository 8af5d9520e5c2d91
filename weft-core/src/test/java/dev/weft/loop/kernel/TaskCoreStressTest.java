package dev.weft.loop.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Phaser;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The list of those who wait for a task, under threads that push, give up and end it at the same moment. */
class TaskCoreStressTest {
    private static final int ROUNDS = 3_000;
    private static final int GIVING_UP = 2;
    private static final int CALLBACKS = 50;

    @Test
    void everybodyIsToldOnceWhenSomeGiveUpWhileTheTaskEnds() throws InterruptedException {
        List<Promise<Integer>> promises = IntStream.range(0, ROUNDS)
                .mapToObj(i -> new Promise<Integer>("round " + i))
                .toList();
        long seed = System.nanoTime();
        System.out.println("TaskCoreStressTest seed " + seed);
        var random = new Random(seed);
        int expected = 0;
        var told = new AtomicInteger();
        var rounds = new Phaser(GIVING_UP + 1);
        List<Thread> threads = new ArrayList<>();
        for (int t = 0; t < GIVING_UP; t++) {
            threads.add(Thread.ofPlatform().start(() -> {
                for (Promise<Integer> promise : promises) {
                    rounds.arriveAndAwaitAdvance();
                    while (!promise.awaitEndUncancellable(0)) {
                        Thread.onSpinWait();
                    }
                }
            }));
        }
        for (Promise<Integer> promise : promises) {
            rounds.arriveAndAwaitAdvance();
            int callbacks = random.nextInt(CALLBACKS);
            expected += callbacks;
            for (int i = 0; i < callbacks; i++) {
                promise.whenDone(_ -> told.incrementAndGet());
            }
            promise.keep(1);
        }
        for (Thread thread : threads) {
            thread.join();
        }

        assertThat(told).hasValue(expected);
    }
}
