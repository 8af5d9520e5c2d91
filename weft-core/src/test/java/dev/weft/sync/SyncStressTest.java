package dev.weft.sync;

import static dev.weft.Weft.sleep;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is conserved while tasks of two loops and plain threads use a primitive and are cancelled all the time. */
@Timeout(60)
class SyncStressTest {
    private static final int ROUNDS = 1_000;

    private int plain;

    @Test
    void aLockExcludesAndIsNeverLost() throws InterruptedException {
        var lock = new Lock();
        var entered = new AtomicInteger();
        try (var storm = new Storm("lock")) {
            storm.tasks(
                    ROUNDS,
                    true,
                    () -> lock.withLock(() -> {
                        int before = plain;
                        entered.incrementAndGet();
                        plain = before + 1;
                        sleep(Duration.ZERO);
                    }));
            for (int i = 0; i < 2; i++) {
                storm.thread(
                        ROUNDS,
                        true,
                        () -> lock.withLock(() -> {
                            int before = plain;
                            entered.incrementAndGet();
                            plain = before + 1;
                        }));
            }
            storm.await();
            assertThat(storm.failures).isEmpty();
        }
        assertThat(plain).isEqualTo(entered.get());
        assertThat(lock).hasToString("Lock[free, 0 waiting]");
    }

    @Test
    void aSemaphoreNeitherLosesNorGainsPermits() throws InterruptedException {
        var semaphore = Semaphore.bounded(2);
        var inside = new AtomicInteger();
        try (var storm = new Storm("semaphore")) {
            storm.tasks(
                    ROUNDS,
                    true,
                    () -> semaphore.withPermit(() -> {
                        assertThat(inside.incrementAndGet()).isLessThanOrEqualTo(2);
                        try {
                            sleep(Duration.ZERO);
                        } finally {
                            inside.decrementAndGet();
                        }
                    }));
            storm.thread(
                    ROUNDS,
                    true,
                    () -> semaphore.withPermit(() -> {
                        assertThat(inside.incrementAndGet()).isLessThanOrEqualTo(2);
                        inside.decrementAndGet();
                    }));
            storm.await();
            assertThat(storm.failures).isEmpty();
        }
        assertThat(semaphore).hasToString("Semaphore[2 free of 2, 0 waiting]");
    }

    @Test
    void aLimiterNeitherLosesNorGainsTokensWhileItIsResized() throws InterruptedException {
        var limiter = new Limiter(2);
        var inside = new AtomicInteger();
        try (var storm = new Storm("limiter")) {
            storm.tasks(
                    ROUNDS,
                    true,
                    () -> limiter.withToken(() -> {
                        assertThat(inside.incrementAndGet()).isLessThanOrEqualTo(3);
                        try {
                            sleep(Duration.ZERO);
                        } finally {
                            inside.decrementAndGet();
                        }
                    }));
            storm.thread(
                    ROUNDS,
                    true,
                    () -> limiter.withToken(() -> {
                        assertThat(inside.incrementAndGet()).isLessThanOrEqualTo(3);
                        inside.decrementAndGet();
                    }));
            var turn = new AtomicInteger();
            storm.thread(ROUNDS, false, () -> limiter.resize(1 + turn.incrementAndGet() % 3));
            storm.await();
            assertThat(storm.failures).isEmpty();
        }
        limiter.resize(2);
        assertThat(limiter).hasToString("Limiter[0 of 2 borrowed, 0 waiting]");
    }

    @Test
    void everySignalReachesAWaiterThatLives() throws InterruptedException {
        var lock = new Lock();
        var changed = new Condition(lock);
        var taken = new AtomicInteger();
        int produced = 2 * ROUNDS;
        try (var storm = new Storm("condition")) {
            // As many takers as tokens, so that the last ones hang if a single signal is lost.
            storm.tasks(
                    ROUNDS,
                    true,
                    () -> lock.withLock(() -> {
                        changed.awaitUntil(() -> plain > 0);
                        plain--;
                        taken.incrementAndGet();
                    }));
            storm.thread(
                    produced,
                    false,
                    () -> lock.withLock(() -> {
                        plain++;
                        changed.signal();
                    }));
            storm.await();
            assertThat(storm.failures).isEmpty();
        }
        assertThat(plain).isEqualTo(produced - taken.get());
        assertThat(changed).hasToString("Condition[0 waiting, Lock[free, 0 waiting]]");
    }

    @Test
    @DisplayName("P329 P332 no item is lost or duplicated, and shutdown ends everybody")
    void aQueueNeitherLosesNorDoublesItems() throws InterruptedException {
        Queue<Integer> queue = Queue.bounded(3);
        var numbers = new AtomicInteger();
        Set<Integer> put = ConcurrentHashMap.newKeySet();
        Set<Integer> got = ConcurrentHashMap.newKeySet();
        Runnable taker = () -> {
            try {
                Integer item = queue.get();
                assertThat(got.add(item)).as("%d comes once", item).isTrue();
                queue.taskDone();
            } catch (ClosedException _) {
                // the end
            }
        };
        try (var takers = new Storm("queue, takers");
                var putters = new Storm("queue, putters")) {
            putters.tasks(ROUNDS, true, () -> put(queue, numbers.incrementAndGet(), put));
            putters.thread(ROUNDS, true, () -> put(queue, numbers.incrementAndGet(), put));
            takers.tasks(4 * ROUNDS, true, taker::run);
            takers.thread(4 * ROUNDS, true, taker::run);
            putters.await();
            queue.shutdown();
            takers.await();
            assertThat(putters.failures).isEmpty();
            assertThat(takers.failures).isEmpty();
        }
        while (queue.size() > 0) {
            assertThat(got.add(queue.get())).isTrue();
            queue.taskDone();
        }
        assertThat(got).isEqualTo(put);
        assertThat(queue.unfinished()).isZero();
    }

    @Test
    void channelsAndSelectsNeitherLoseNorDoubleItems() throws InterruptedException {
        Channel<Integer> first = Channel.rendezvous();
        Channel<Integer> second = Channel.bounded(2);
        var numbers = new AtomicInteger();
        Set<Integer> sent = ConcurrentHashMap.newKeySet();
        Set<Integer> received = ConcurrentHashMap.newKeySet();
        Runnable sender = () -> {
            int item = numbers.incrementAndGet();
            switch (item % 3) {
                case 0 -> first.sender().send(item);
                case 1 -> second.sender().send(item);
                default ->
                    new Select<Integer>()
                            .onSend(first.sender(), item, () -> item)
                            .onSend(second.sender(), item, () -> item)
                            .await();
            }
            sent.add(item);
        };
        var turn = new AtomicInteger();
        Runnable receiver = () -> {
            try {
                Integer item = turn.incrementAndGet() % 4 == 0
                        ? first.receiver().receive()
                        : new Select<Integer>()
                                .onReceive(first.receiver(), got -> got)
                                .onReceive(second.receiver(), got -> got)
                                .await();
                assertThat(received.add(item)).as("%d comes once", item).isTrue();
            } catch (EndOfChannelException _) {
                // the end
            }
        };
        try (var receivers = new Storm("channel, receivers");
                var senders = new Storm("channel, senders")) {
            senders.tasks(ROUNDS, true, sender::run);
            senders.thread(ROUNDS, true, sender::run);
            receivers.tasks(4 * ROUNDS, true, receiver::run);
            receivers.thread(4 * ROUNDS, true, receiver::run);
            senders.await();
            first.sender().close();
            second.sender().close();
            receivers.await();
            assertThat(senders.failures).isEmpty();
            assertThat(receivers.failures).isEmpty();
        }
        first.receiver().forEach(item -> assertThat(received.add(item)).isTrue());
        second.receiver().forEach(item -> assertThat(received.add(item)).isTrue());
        assertThat(received).isEqualTo(sent);
    }

    private static void put(Queue<Integer> queue, int item, Set<Integer> done) {
        queue.put(item);
        done.add(item);
    }

    @Test
    void eachGenerationOfABarrierIsComplete() throws InterruptedException {
        var barrier = new Barrier(3);
        var through = new AtomicIntegerArray(3);
        try (var storm = new Storm("barrier");
                var rest = new Storm("barrier, to the end")) {
            storm.tasks(ROUNDS, true, () -> through.incrementAndGet(barrier.await()));
            storm.thread(ROUNDS, true, () -> through.incrementAndGet(barrier.await()));
            var over = new AtomicInteger();
            for (int i = 0; i < 2; i++) {
                rest.thread(1, false, () -> {
                    try {
                        while (over.get() == 0) {
                            through.incrementAndGet(barrier.await());
                        }
                    } catch (BrokenException _) {
                        // the end
                    }
                });
            }
            storm.await();
            over.set(1);
            barrier.abort();
            rest.await();
            assertThat(storm.failures).isEmpty();
            assertThat(rest.failures).isEmpty();
        }
        assertThat(through.get(1)).isEqualTo(through.get(0));
        assertThat(through.get(2)).isEqualTo(through.get(0));
    }

    @Test
    void nobodyMissesAnEvent() throws InterruptedException {
        var event = new Event();
        try (var storm = new Storm("event");
                var setter = new Storm("event, setter")) {
            var over = new AtomicInteger();
            setter.thread(1, false, () -> {
                while (over.get() == 0) {
                    event.set();
                    event.clear();
                    Thread.onSpinWait();
                }
            });
            storm.tasks(ROUNDS, true, event::await);
            storm.thread(ROUNDS, true, event::await);
            storm.await();
            over.set(1);
            setter.await();
            assertThat(storm.failures).isEmpty();
        }
        assertThat(event).hasToString("Event[not set, 0 waiting]");
    }
}
