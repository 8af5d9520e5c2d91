package dev.weft;

import static dev.weft.Weft.run;
import static dev.weft.Weft.sleep;
import static dev.weft.Weft.spawn;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A wait for ever, written as the longest time that fits, must not overtake timers that are overdue. */
class LongWaitsTest {
    private static final Duration TICK = Duration.ofMillis(1);

    private static void compute(Duration time) {
        long end = System.nanoTime() + time.toNanos();
        while (System.nanoTime() - end < 0) {
            Thread.onSpinWait();
        }
    }

    @Tag("loop-only")
    @ParameterizedTest
    @ValueSource(longs = {Long.MAX_VALUE, Long.MAX_VALUE - 1, Long.MAX_VALUE / 2, Long.MAX_VALUE / 2 + 1})
    void aTimedWaitOfTheJdkForEverLetsOverdueSleepersWake(long nanos) {
        run(() -> {
            var queue = new LinkedBlockingQueue<String>();
            Task<String> taker = spawn(() -> {
                compute(TICK.multipliedBy(5));
                return queue.poll(nanos, TimeUnit.NANOSECONDS);
            });
            sleep(TICK);
            queue.add("woken");
            assertThat(taker.await()).isEqualTo("woken");
        });
    }

    @ParameterizedTest
    @ValueSource(longs = {Long.MAX_VALUE, Long.MAX_VALUE - 1, Long.MAX_VALUE / 2, Long.MAX_VALUE / 2 + 1})
    void aTimedGetForEverLetsOverdueSleepersWake(long nanos) {
        run(() -> {
            Task<String> slow = spawn(() -> {
                sleep(TICK.multipliedBy(10));
                return "done";
            });
            Task<String> getter = spawn(() -> {
                compute(TICK.multipliedBy(15));
                return slow.get(nanos, TimeUnit.NANOSECONDS);
            });
            assertThat(getter.await()).isEqualTo("done");
        });
    }

    @Test
    void aSleepOfTheLongestDurationLetsOverdueSleepersWake() {
        run(() -> {
            Task<?> sleeper = spawn(() -> {
                compute(TICK.multipliedBy(5));
                sleep(Duration.ofSeconds(Long.MAX_VALUE));
            });
            sleep(TICK);
            assertThat(sleeper.cancel("enough")).isTrue();
        });
    }

    @Test
    void aTimeOutOfTheLongestDurationLetsOverdueSleepersWake() {
        String result = run(() -> {
            var gate = new CompletableFuture<Void>();
            Task<String> guarded = spawn(() -> {
                compute(TICK.multipliedBy(5));
                return Weft.withTimeout(Duration.ofSeconds(Long.MAX_VALUE), () -> {
                    while (!gate.isDone()) {
                        sleep(TICK);
                    }
                    return "in time";
                });
            });
            sleep(TICK);
            gate.complete(null);
            return guarded.await();
        });
        assertThat(result).isEqualTo("in time");
    }
}
