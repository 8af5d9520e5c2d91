package dev.weft.sync;

import static dev.weft.Weft.run;
import static dev.weft.Weft.spawn;
import static dev.weft.Weft.withTimeout;
import static dev.weft.sync.Passes.settle;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.Cancelled;
import dev.weft.Task;
import dev.weft.TimedOutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class EventTest {
    @Test
    void setLetsAllGoOnInTheOrderOfTheirArrival() {
        run(() -> {
            var event = new Event();
            List<Integer> woken = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                int number = i;
                var _ = spawn(() -> {
                    event.await();
                    woken.add(number);
                });
            }
            settle();
            assertThat(woken).isEmpty();

            event.set();
            settle();

            assertThat(woken).containsExactly(0, 1, 2);
        });
    }

    @Test
    void waitersGoOnThoughTheEventIsClearedBeforeTheyRun() {
        run(() -> {
            var event = new Event();
            Task<?> waiter = spawn(() -> event.await());
            settle();

            event.set();
            event.clear();
            settle();

            assertThat(waiter.state()).isEqualTo(Task.State.SUCCESS);
            assertThat(event.isSet()).isFalse();
        });
    }

    @Test
    void aSetEventDoesNotSuspendButIsACheckpoint() {
        run(() -> {
            var event = new Event();
            event.set();
            List<String> order = new ArrayList<>();
            var _ = spawn(() -> order.add("other"));
            event.await();
            order.add("self");
            settle();
            assertThat(order).containsExactly("self", "other");

            assertThatThrownBy(() -> withTimeout(Duration.ZERO, () -> event.await()))
                    .isInstanceOf(TimedOutException.class);
        });
    }

    @Test
    void aCancelledWaiterLeavesTheLine() {
        run(() -> {
            var event = new Event();
            Task<?> waiter = spawn(() -> event.await());
            settle();
            assertThat(event).hasToString("Event[not set, 1 waiting]");

            waiter.cancel("enough");
            settle();

            assertThat(waiter.isCancelled()).isTrue();
            assertThat(event).hasToString("Event[not set, 0 waiting]");
        });
    }

    @Test
    void anInterruptedThreadThatWaitsIsCancelledAndStaysInterrupted() {
        var event = new Event();
        Thread.currentThread().interrupt();

        assertThatThrownBy(event::await).isInstanceOf(Cancelled.class);
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void aThreadCanSetWhatACoroutineWaitsForAndTheOtherWayRound() throws InterruptedException {
        var go = new Event();
        var gone = new Event();
        int[] box = new int[1];
        Thread other = Thread.ofPlatform().start(() -> {
            go.await();
            box[0] = 42;
            gone.set();
        });

        int seen = run(() -> {
            go.set();
            gone.await();
            return box[0];
        });

        assertThat(seen).isEqualTo(42);
        other.join();
    }
}
