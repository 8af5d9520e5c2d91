package dev.weft.sync;

import static dev.weft.Weft.run;
import static dev.weft.Weft.spawn;
import static dev.weft.Weft.withTimeout;
import static dev.weft.sync.Passes.settle;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.Task;
import dev.weft.TimedOutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class SemaphoreTest {
    private static List<Task<?>> acquirers(int number, Semaphore semaphore, List<Integer> order) {
        List<Task<?>> tasks = new ArrayList<>();
        IntStream.range(0, number)
                .forEach(i -> tasks.add(spawn(() -> {
                    semaphore.acquire();
                    order.add(i);
                })));
        settle();
        return tasks;
    }

    @Test
    @DisplayName("P112 cancelling a waiter after the permit was handed to it does not leak the permit")
    void aPermitOfACancelledWaiterIsPassedOn() {
        run(() -> {
            var semaphore = new Semaphore(0);
            List<Integer> order = new ArrayList<>();
            List<Task<?>> waiters = acquirers(2, semaphore, order);

            semaphore.release();
            waiters.get(0).cancel("too late");
            settle();

            assertThat(waiters.get(0).isCancelled()).isTrue();
            assertThat(order).containsExactly(1);
            assertThat(semaphore.available()).isZero();
        });
    }

    @Test
    void aPermitOfACancelledWaiterGoesBackIfNobodyElseWaits() {
        run(() -> {
            var semaphore = new Semaphore(0);
            List<Task<?>> waiters = acquirers(1, semaphore, new ArrayList<>());

            waiters.get(0).cancel("enough");
            semaphore.release();
            settle();

            assertThat(waiters.get(0).isCancelled()).isTrue();
            assertThat(semaphore.available()).isOne();
        });
    }

    @Test
    @DisplayName("P113 P319 a bounded semaphore refuses a release beyond its initial value")
    void aBoundedSemaphoreRefusesAReleaseTooMany() {
        var semaphore = Semaphore.bounded(2);
        semaphore.acquire();

        assertThatThrownBy(() -> semaphore.release(2))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("limit of 2")
                .hasMessageContaining("1 now");
        assertThat(semaphore.available()).isOne();
        semaphore.release();
        assertThatThrownBy(semaphore::release).isInstanceOf(IllegalStateException.class);
    }

    @Test
    @DisplayName("P114 a releaser that re-acquires goes to the back of the queue")
    void aReleaserThatAcquiresAgainStandsLast() {
        run(() -> {
            var semaphore = new Semaphore(1);
            semaphore.acquire();
            List<Integer> order = new ArrayList<>();
            acquirers(2, semaphore, order);

            semaphore.release();
            Task<?> again = spawn(() -> {
                semaphore.acquire();
                order.add(-1);
            });
            settle();
            semaphore.release();
            settle();
            semaphore.release();
            settle();

            assertThat(order).containsExactly(0, 1, -1);
            assertThat(again.isDone()).isTrue();
        });
    }

    @Test
    @DisplayName(
            "P115 several permits released at once wake waiters in order and none can be stolen by a later arrival")
    void permitsReleasedAtOnceCannotBeStolen() {
        run(() -> {
            var semaphore = new Semaphore(0);
            List<Integer> order = new ArrayList<>();
            acquirers(3, semaphore, order);

            semaphore.release(3);

            assertThat(semaphore.tryAcquire()).isFalse();
            settle();
            assertThat(order).containsExactly(0, 1, 2);
        });
    }

    @Test
    @DisplayName("P317 release(n) frees exactly n waiters")
    void releaseOfANumberFreesThatManyWaiters() {
        run(() -> {
            var semaphore = new Semaphore(0);
            List<Integer> order = new ArrayList<>();
            List<Task<?>> waiters = acquirers(4, semaphore, order);

            semaphore.release(3);
            settle();

            assertThat(order).containsExactly(0, 1, 2);
            waiters.get(3).cancel("end of test");
        });
    }

    @Test
    @DisplayName("P318 a timed acquire fails after the time-out, a negative one is refused")
    void anAcquireCanBeLimitedInTime() {
        run(() -> {
            var semaphore = new Semaphore(0);

            assertThatThrownBy(() -> withTimeout(Duration.ofMillis(2), () -> semaphore.acquire()))
                    .isInstanceOf(TimedOutException.class);
            assertThatThrownBy(() -> withTimeout(Duration.ofMillis(-1), () -> semaphore.acquire()))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThat(semaphore).hasToString("Semaphore[0 free, 0 waiting]");
        });
    }

    @Test
    void aPermitIsReleasedHoweverTheBlockEnds() {
        var semaphore = new Semaphore(1);

        assertThat(semaphore.<String, RuntimeException>withPermit(() -> "done")).isEqualTo("done");
        assertThatThrownBy(() -> semaphore.withPermit(() -> {
                    throw new IllegalArgumentException("planned");
                }))
                .hasMessage("planned");
        assertThat(semaphore.available()).isOne();
    }

    @Test
    void absurdNumbersAreRefused() {
        assertThatThrownBy(() -> new Semaphore(-1)).isInstanceOf(IllegalArgumentException.class);
        var semaphore = new Semaphore(Integer.MAX_VALUE);
        assertThatThrownBy(() -> semaphore.release(0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(semaphore::release).isInstanceOf(IllegalStateException.class);
    }
}
