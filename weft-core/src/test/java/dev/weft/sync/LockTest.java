package dev.weft.sync;

import static dev.weft.Weft.run;
import static dev.weft.Weft.sleep;
import static dev.weft.Weft.spawn;
import static dev.weft.Weft.withTimeout;
import static dev.weft.sync.Passes.settle;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.Pools;
import dev.weft.Task;
import dev.weft.TaskGroup;
import dev.weft.TimedOutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class LockTest {
    @Test
    @DisplayName("P098 waiters obtain the lock strictly first-come first-served, one per release")
    void waitersAreServedInOrder() {
        run(() -> {
            var lock = new Lock();
            var go = new Semaphore(0);
            List<Integer> order = new ArrayList<>();
            lock.acquire();
            for (int i = 0; i < 3; i++) {
                int number = i;
                var _ = spawn(() -> lock.withLock(() -> {
                    order.add(number);
                    go.acquire();
                }));
            }
            settle();

            lock.release();
            assertThat(lock.tryAcquire()).isFalse();
            settle();
            assertThat(order).containsExactly(0);
            go.release();
            settle();
            assertThat(order).containsExactly(0, 1);
            go.release(2);
            settle();
            assertThat(order).containsExactly(0, 1, 2);
            assertThat(lock.isLocked()).isFalse();
        });
    }

    @Test
    @DisplayName("P100 release plus cancel in one callback: exactly one waiter gets the lock")
    void exactlyOneWaiterGetsALockReleasedWhileTheFirstIsCancelled() {
        for (boolean cancelFirst : new boolean[] {true, false}) {
            run(() -> {
                var lock = new Lock();
                List<String> owners = new ArrayList<>();
                lock.acquire();
                Task<?> first = spawn(() -> lock.withLock(() -> {
                    owners.add("first");
                }));
                Task<?> second = spawn(() -> lock.withLock(() -> {
                    owners.add("second");
                }));
                settle();

                if (cancelFirst) {
                    first.cancel("enough");
                    lock.release();
                } else {
                    lock.release();
                    first.cancel("enough");
                }
                settle();

                assertThat(owners).containsExactly("second");
                assertThat(first.isCancelled()).isTrue();
                assertThat(second.state()).isEqualTo(Task.State.SUCCESS);
                assertThat(lock.isLocked()).isFalse();
            });
        }
    }

    @Test
    @DisplayName("P102 releasing an unlocked lock is an error")
    void onlyTheOwnerReleases() {
        run(() -> {
            var lock = new Lock();
            assertThatThrownBy(lock::release)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("the lock is free");

            lock.acquire();
            Task<?> other = spawn(lock::release);
            settle();

            assertThat(other.failure())
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("owned by task 'main of");
            assertThat(lock.isOwned()).isTrue();
            lock.release();
        });
    }

    @Test
    @DisplayName("P308 P310 a timed-out acquire takes the stated time and leaves the lock fully usable")
    void aTimedOutAcquireLeavesTheLockUsable() {
        run(() -> {
            var lock = new Lock();
            Task<?> owner = spawn(() -> lock.withLock(() -> sleep(Duration.ofMillis(20))));
            settle();

            long before = System.nanoTime();
            assertThatThrownBy(() -> withTimeout(Duration.ofMillis(2), () -> lock.acquire()))
                    .isInstanceOf(TimedOutException.class);
            assertThat(System.nanoTime() - before).isGreaterThanOrEqualTo(2_000_000);
            assertThatThrownBy(() -> withTimeout(Duration.ofMillis(-2), () -> lock.acquire()))
                    .isInstanceOf(IllegalArgumentException.class);

            owner.join();
            withTimeout(Duration.ofDays(1_000_000), () -> lock.acquire());
            lock.release();
            assertThat(lock).hasToString("Lock[free, 0 waiting]");
        });
    }

    @Test
    @DisplayName("P312 locked is true when another holds it")
    void aLockIsLockedWhoeverOwnsIt() throws InterruptedException {
        var lock = new Lock();
        Thread.ofPlatform().start(lock::acquire).join();

        assertThat(lock.isLocked()).isTrue();
        assertThat(lock.isOwned()).isFalse();
        assertThat(lock.tryAcquire()).isFalse();
    }

    @Test
    void anOwnerThatAcquiresAgainIsToldSo() {
        run(() -> {
            var lock = new Lock();
            lock.withLock(() -> {
                assertThatThrownBy(lock::acquire)
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessageContaining("owns this lock already");
                assertThatThrownBy(lock::tryAcquire).isInstanceOf(IllegalStateException.class);
            });
            assertThat(lock.isLocked()).isFalse();
        });
    }

    @Test
    void theNextTaskOfTheSameThreadIsNotTheOwner() {
        run(() -> {
            var lock = new Lock();
            var kept = spawn(lock::acquire);
            kept.join();
            Task<Boolean> next = spawn(() -> lock.isOwned());
            assertThat(next.await()).isFalse();
        });
        var lock = new Lock();
        try (var pool = Pools.threads(1)) {
            pool.submit(() -> {
                        lock.acquire();
                        return 1;
                    })
                    .await();
            assertThat(pool.submit(lock::isOwned).await()).isFalse();
        }
    }

    @Test
    @DisplayName("T023 waiters are failed when the owner of a lock exits without releasing")
    void waitersFailWhenTheOwnerEndsWithoutReleasing() {
        run(() -> {
            var lock = new Lock();
            var end = new Event();
            Task<?> first;
            Task<?> second;
            try (var group = TaskGroup.open()) {
                var _ = group.spawn("careless", () -> {
                    lock.acquire();
                    end.await();
                    return 1;
                });
                settle();
                first = spawn(() -> lock.acquire());
                second = spawn(() -> lock.acquire());
                settle();

                end.set();
                group.join();
            }
            settle();

            assertThat(first.failure()).isInstanceOf(BrokenException.class).hasMessageContaining("'careless'");
            assertThat(second.failure()).isInstanceOf(BrokenException.class);
            assertThatThrownBy(lock::acquire).isInstanceOf(BrokenException.class);
            assertThatThrownBy(lock::tryAcquire).isInstanceOf(BrokenException.class);
        });
    }

    @Test
    void waitersFailWhenAnOwnerByHandOverEndsWithoutReleasing() {
        run(() -> {
            var lock = new Lock();
            lock.acquire();
            var _ = spawn(() -> lock.acquire());
            Task<?> waiter = spawn(() -> lock.acquire());
            settle();

            lock.release();
            settle();

            assertThat(waiter.failure()).isInstanceOf(BrokenException.class);
        });
    }
}
