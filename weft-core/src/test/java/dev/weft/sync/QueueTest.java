package dev.weft.sync;

import static dev.weft.Weft.run;
import static dev.weft.Weft.spawn;
import static dev.weft.sync.Passes.settle;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.Task;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class QueueTest {
    private static Task<?> putter(Queue<Integer> queue, int item) {
        Task<?> task = spawn(() -> queue.put(item));
        settle();
        return task;
    }

    private static Task<Integer> getter(Queue<Integer> queue) {
        Task<Integer> task = spawn(() -> queue.get());
        settle();
        return task;
    }

    private static List<Integer> drain(Queue<Integer> queue) {
        List<Integer> items = new ArrayList<>();
        for (Integer item = queue.tryGet(); item != null; item = queue.tryGet()) {
            items.add(item);
        }
        return items;
    }

    @Test
    void gettersAreServedInTheOrderOfTheirArrival() {
        run(() -> {
            Queue<Integer> queue = Queue.unbounded();
            Task<Integer> first = getter(queue);
            Task<Integer> second = getter(queue);

            queue.put(1);
            queue.put(2);
            assertThat(queue.tryGet()).isNull();
            settle();

            assertThat(first.result()).isEqualTo(1);
            assertThat(second.result()).isEqualTo(2);
        });
    }

    @Test
    void puttersWaitForRoomAndAreServedInTheOrderOfTheirArrival() {
        run(() -> {
            Queue<Integer> queue = Queue.bounded(1);
            queue.put(0);
            Task<?> first = putter(queue, 1);
            Task<?> second = putter(queue, 2);
            assertThat(queue.tryPut(3)).isFalse();

            assertThat(queue.get()).isZero();
            settle();
            assertThat(first.isDone()).isTrue();
            assertThat(second.isDone()).isFalse();
            assertThat(queue.get()).isEqualTo(1);
            assertThat(queue.get()).isEqualTo(2);
            settle();
            assertThat(second.isDone()).isTrue();
        });
    }

    @Test
    @DisplayName("P122 a cancelled reader does not swallow the item meant for the next reader")
    void theItemOfACancelledGetterIsPassedOn() {
        for (boolean cancelFirst : new boolean[] {true, false}) {
            run(() -> {
                Queue<Integer> queue = Queue.unbounded();
                Task<Integer> first = getter(queue);
                Task<Integer> second = getter(queue);

                if (cancelFirst) {
                    first.cancel("enough");
                    queue.put(7);
                } else {
                    queue.put(7);
                    first.cancel("too late");
                }
                settle();

                assertThat(first.isCancelled()).isTrue();
                assertThat(second.result()).isEqualTo(7);
                assertThat(queue.unfinished()).isOne();
            });
        }
    }

    @Test
    void theItemOfACancelledGetterGoesBackToTheHeadIfNobodyElseWaits() {
        run(() -> {
            Queue<Integer> queue = Queue.bounded(1);
            Task<Integer> getter = getter(queue);
            queue.put(1);
            queue.put(2);
            getter.cancel("too late");
            Task<?> putter = putter(queue, 3);

            assertThat(getter.isCancelled()).isTrue();
            assertThat(queue.size()).isEqualTo(2);
            assertThat(drain(queue)).containsExactly(1, 2, 3);
            settle();
            assertThat(putter.isDone()).isTrue();
        });
    }

    @Test
    @DisplayName("P125 a blocked writer cancelled after a slot was freed puts its item at most once and loses no slot")
    void aPutterCancelledWhileRoomIsMadePutsAtMostOnce() {
        run(() -> {
            Queue<Integer> queue = Queue.bounded(1);
            queue.put(1);
            Task<?> late = putter(queue, 2);
            assertThat(queue.get()).isEqualTo(1);
            late.cancel("too late");
            settle();
            assertThat(late.state()).as("its item was taken in").isEqualTo(Task.State.SUCCESS);
            assertThat(queue.get()).isEqualTo(2);

            queue.put(3);
            Task<?> early = putter(queue, 4);
            early.cancel("in time");
            settle();
            assertThat(early.isCancelled()).isTrue();
            assertThat(drain(queue)).containsExactly(3);
            assertThat(queue.tryPut(5)).isTrue();
            assertThat(drain(queue)).containsExactly(5);
        });
    }

    @Test
    @DisplayName("P126 cancelling one blocked writer does not disturb the other")
    void aCancelledPutterDoesNotDisturbTheOther() {
        run(() -> {
            Queue<Integer> queue = Queue.bounded(1);
            queue.put(1);
            Task<?> first = putter(queue, 2);
            Task<?> second = putter(queue, 3);

            first.cancel("enough");
            settle();

            assertThat(queue.get()).isEqualTo(1);
            settle();
            assertThat(second.isDone()).isTrue();
            assertThat(drain(queue)).containsExactly(3);
        });
    }

    @Test
    @DisplayName("P127 items leave in priority order, and first come first served among equals")
    void aPriorityQueueReturnsTheLowestRankFirst() {
        long seed = System.nanoTime();
        var random = new Random(seed);
        Queue<int[]> queue = Queue.priority(item -> item[0]);
        for (int i = 0; i < 1_000; i++) {
            queue.put(new int[] {random.nextInt(50), i});
        }

        List<int[]> items = new ArrayList<>();
        for (int[] item = queue.tryGet(); item != null; item = queue.tryGet()) {
            items.add(item);
        }

        assertThat(items)
                .as("seed %d", seed)
                .hasSize(1_000)
                .isSortedAccordingTo(
                        (a, b) -> a[0] != b[0] ? Integer.compare(a[0], b[0]) : Integer.compare(a[1], b[1]));
    }

    @Test
    void aRankThatCannotBeToldLeavesTheQueueAsItWas() {
        Queue<Integer> queue = Queue.priority(item -> 10 / item);
        queue.put(1);

        assertThatThrownBy(() -> queue.put(0)).isInstanceOf(ArithmeticException.class);
        assertThat(queue.unfinished()).isOne();
        assertThat(drain(queue)).containsExactly(1);
    }

    @Test
    void aLifoQueueReturnsTheLastItemFirst() {
        Queue<Integer> queue = Queue.lifo();
        queue.put(1);
        queue.put(2);
        assertThat(queue.get()).isEqualTo(2);
        queue.put(3);
        assertThat(drain(queue)).containsExactly(3, 1);
    }

    @Test
    @DisplayName("P128 marking more items done than were put is an error")
    void taskDoneTooOftenIsRefused() {
        Queue<Integer> queue = Queue.unbounded();
        assertThatThrownBy(queue::taskDone)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("more often");
        queue.put(1);
        queue.taskDone();
        assertThatThrownBy(queue::taskDone).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void joinWaitsUntilAllItemsAreDone() {
        run(() -> {
            Queue<Integer> queue = Queue.unbounded();
            queue.join();
            queue.put(1);
            queue.put(2);
            Task<?> joiner = spawn(() -> queue.join());
            settle();
            drain(queue);
            queue.taskDone();
            settle();
            assertThat(joiner.isDone()).isFalse();

            queue.taskDone();
            queue.put(3);
            settle();
            assertThat(joiner.isDone()).as("it was joined, whatever came then").isTrue();
        });
    }

    @Test
    @DisplayName("P131 blocked put fails at once, queued items stay readable, then get fails; join waits for them")
    void shutdownLetsWhatIsInTheQueueBeGot() {
        run(() -> {
            Queue<Integer> queue = Queue.bounded(1);
            queue.put(1);
            Task<?> blocked = putter(queue, 2);
            Task<?> joiner = spawn(() -> queue.join());

            queue.shutdown();
            settle();
            assertThat(blocked.failure()).isInstanceOf(ClosedException.class);
            assertThatThrownBy(() -> queue.put(3)).isInstanceOf(ClosedException.class);
            assertThatThrownBy(() -> queue.tryPut(3)).isInstanceOf(ClosedException.class);
            assertThat(joiner.isDone()).isFalse();

            assertThat(queue.get()).isEqualTo(1);
            assertThatThrownBy(queue::get).isInstanceOf(ClosedException.class);
            assertThatThrownBy(queue::tryGet).isInstanceOf(ClosedException.class);
            assertThat(joiner.isDone()).isFalse();
            queue.taskDone();
            settle();
            assertThat(joiner.isDone()).isTrue();
        });
    }

    @Test
    void shutdownFailsThoseWhoWaitToGet() {
        run(() -> {
            Queue<Integer> queue = Queue.unbounded();
            Task<Integer> getter = getter(queue);
            queue.shutdown();
            settle();
            assertThat(getter.failure()).isInstanceOf(ClosedException.class);
            assertThat(queue.isShutdown()).isTrue();
        });
    }

    @Test
    @DisplayName("P132 immediate shutdown drops queued items, but join still waits for the one already handed out")
    void shutdownNowDropsItemsButWaitsForThoseHandedOut() {
        run(() -> {
            Queue<Integer> queue = Queue.bounded(3);
            queue.put(1);
            queue.put(2);
            queue.put(3);
            Task<?> blocked = putter(queue, 4);
            assertThat(queue.get()).isEqualTo(1);
            settle();
            assertThat(blocked.isDone()).isTrue();
            Task<?> joiner = spawn(() -> queue.join());
            settle();

            assertThat(queue.shutdownNow()).containsExactly(2, 3, 4);
            assertThat(queue.shutdownNow()).isEmpty();
            settle();
            assertThat(joiner.isDone()).isFalse();
            assertThat(queue.unfinished()).isOne();
            assertThatThrownBy(queue::get).isInstanceOf(ClosedException.class);

            queue.taskDone();
            settle();
            assertThat(joiner.isDone()).isTrue();
        });
    }

    @Test
    void anItemOnItsWayToACancelledGetterIsNotLostInAShutdownNow() {
        run(() -> {
            Queue<Integer> queue = Queue.unbounded();
            Task<Integer> getter = getter(queue);
            queue.put(1);
            getter.cancel("too late");
            assertThat(queue.shutdownNow()).isEmpty();
            settle();

            assertThat(getter.result()).isEqualTo(1);
        });
    }

    @Test
    @DisplayName("P326 lowering the capacity below the fill keeps the items and refuses puts")
    void aLowerCapacityKeepsWhatIsInTheQueue() {
        run(() -> {
            Queue<Integer> queue = Queue.bounded(3);
            queue.put(1);
            queue.put(2);
            queue.put(3);

            queue.resize(1);
            assertThat(queue.tryPut(4)).isFalse();
            Task<?> first = putter(queue, 4);
            Task<?> second = putter(queue, 5);
            assertThat(queue.get()).isEqualTo(1);
            assertThat(queue.tryPut(6)).isFalse();

            queue.resize(4);
            settle();
            assertThat(first.isDone()).isTrue();
            assertThat(second.isDone()).isTrue();
            assertThat(drain(queue)).containsExactly(2, 3, 4, 5);
        });
    }

    @Test
    void nullAndAbsurdCapacitiesAreRefused() {
        Queue<Integer> queue = Queue.unbounded();
        assertThatThrownBy(() -> queue.put(null)).isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> Queue.bounded(0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("unbounded()");
        assertThatThrownBy(() -> queue.resize(-1)).isInstanceOf(IllegalArgumentException.class);
    }
}
