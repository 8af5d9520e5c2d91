package dev.weft.sync;

import static dev.weft.Weft.run;
import static dev.weft.Weft.spawn;
import static dev.weft.sync.Passes.settle;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.Cancelled;
import dev.weft.Task;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class ConditionTest {
    private final Lock lock = new Lock();
    private final Condition condition = new Condition(lock);
    private final List<String> events = new ArrayList<>();

    private Task<?> waiter(String name) {
        Task<?> task = spawn(() -> lock.withLock(() -> {
            try {
                condition.await();
                events.add(name + " woken, owner " + lock.isOwned());
            } catch (Cancelled e) {
                events.add(name + " cancelled (" + e.reason() + "), owner " + lock.isOwned());
                throw e;
            }
        }));
        settle();
        return task;
    }

    @Test
    void aSignalWakesTheFirstAndSignalAllTheRest() {
        run(() -> {
            var _ = waiter("a");
            var _ = waiter("b");
            var _ = waiter("c");

            lock.withLock(condition::signal);
            settle();
            assertThat(events).containsExactly("a woken, owner true");

            lock.withLock(condition::signalAll);
            settle();
            assertThat(events).containsExactly("a woken, owner true", "b woken, owner true", "c woken, owner true");
            assertThat(lock.isLocked()).isFalse();
        });
    }

    @Test
    @DisplayName("P105 cancelling a wait re-acquires the lock before raising")
    void aCancelledWaitOwnsTheLockAgain() {
        run(() -> {
            Task<?> waiter = waiter("a");
            lock.acquire();

            waiter.cancel("enough");
            settle();
            assertThat(events).isEmpty();

            lock.release();
            settle();
            assertThat(events).containsExactly("a cancelled (enough), owner true");
            assertThat(waiter.isCancelled()).isTrue();
            assertThat(lock.isLocked()).isFalse();
        });
    }

    @Test
    @DisplayName(
            "P106 P110 cancelling a notified waiter that is re-acquiring ends it cancelled, after it holds the lock")
    void aSignalledWaiterThatIsCancelledWhileItWaitsForTheLockEndsCancelled() {
        run(() -> {
            Task<?> waiter = waiter("a");
            lock.acquire();
            condition.signal();
            settle();

            waiter.cancel("too late");
            settle();
            assertThat(events).isEmpty();

            lock.release();
            settle();
            assertThat(events).containsExactly("a cancelled (too late), owner true");
            assertThat(lock.isLocked()).isFalse();
        });
    }

    @Test
    @DisplayName(
            "P108 the cancellation received while re-acquiring is the one that is raised, reason and origin intact")
    void theCancellationThatIsRaisedIsTheOneReceived() {
        run(() -> {
            Cancelled[] raised = new Cancelled[1];
            Task<?> waiter = spawn(() -> lock.withLock(() -> {
                try {
                    condition.await();
                } catch (Cancelled e) {
                    raised[0] = e;
                    throw e;
                }
            }));
            settle();
            lock.acquire();
            condition.signal();
            waiter.cancel("first");
            settle();
            waiter.cancel("second");
            settle();
            lock.release();
            settle();

            assertThat(raised[0].reason()).isEqualTo("first");
            assertThat(raised[0]).hasCauseInstanceOf(Cancelled.class);
        });
    }

    @Test
    void theSignalOfACancelledWaiterIsPassedOn() {
        run(() -> {
            Task<?> first = waiter("a");
            var _ = waiter("b");

            lock.acquire();
            condition.signal();
            first.cancel("too late");
            lock.release();
            settle();

            assertThat(events).containsExactlyInAnyOrder("a cancelled (too late), owner true", "b woken, owner true");
        });
    }

    @Test
    void aSignalToAllIsNotPassedOnToWhoComesLater() {
        run(() -> {
            Task<?> first = waiter("a");
            lock.acquire();
            condition.signalAll();
            Task<?> later = spawn(() -> lock.withLock(() -> condition.await()));
            lock.release();
            first.cancel("too late");
            settle();

            assertThat(events).containsExactly("a cancelled (too late), owner true");
            assertThat(later.isDone()).isFalse();
        });
    }

    @Test
    @DisplayName("P314 a supplied lock is really shared")
    void conditionsOfOneLockAreWaitedForApart() {
        run(() -> {
            var other = new Condition(lock);
            var _ = waiter("a");

            lock.withLock(other::signalAll);
            settle();

            assertThat(events).isEmpty();
            assertThat(condition.lock()).isSameAs(other.lock());
            lock.withLock(condition::signalAll);
            settle();
            assertThat(events).hasSize(1);
        });
    }

    @Test
    void awaitUntilChecksAgainAfterEachSignal() {
        run(() -> {
            int[] stock = new int[1];
            Task<?> buyer = spawn(() -> lock.withLock(() -> condition.awaitUntil(() -> stock[0] > 1)));
            settle();
            lock.withLock(condition::signal);
            settle();
            assertThat(buyer.isDone()).isFalse();

            lock.withLock(() -> {
                stock[0] = 2;
                condition.signal();
            });
            settle();
            assertThat(buyer.isDone()).isTrue();
        });
    }

    @Test
    void onlyTheOwnerWaitsAndSignals() {
        for (Runnable call : List.<Runnable>of(
                condition::await, condition::signal, condition::signalAll, () -> condition.awaitUntil(() -> true))) {
            assertThatThrownBy(call::run)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("the lock is free");
        }
    }

    @Test
    void waitersFailWhenTheSignallerEndsWithoutReleasing() {
        run(() -> {
            Task<?> waiter = waiter("a");
            var _ = spawn(() -> {
                lock.acquire();
                condition.signal();
            });
            settle();

            assertThat(waiter.failure()).isInstanceOf(BrokenException.class);
        });
    }
}
