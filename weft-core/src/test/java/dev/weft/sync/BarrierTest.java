package dev.weft.sync;

import static dev.weft.Weft.checkpoint;
import static dev.weft.Weft.run;
import static dev.weft.Weft.spawn;
import static dev.weft.sync.Passes.settle;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.Task;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class BarrierTest {
    private static Task<Integer> party(Barrier barrier) {
        Task<Integer> task = spawn(() -> barrier.await());
        settle();
        return task;
    }

    @Test
    void eachPartyOfAGenerationGetsAnotherNumber() {
        run(() -> {
            var barrier = new Barrier(3);
            for (int generation = 0; generation < 2; generation++) {
                Task<Integer> first = party(barrier);
                Task<Integer> second = party(barrier);
                assertThat(barrier.waiting()).isEqualTo(2);
                assertThat(first.isDone()).isFalse();

                assertThat(barrier.await()).isEqualTo(2);
                settle();
                assertThat(List.of(first.result(), second.result())).containsExactly(0, 1);
            }
        });
    }

    @Test
    @DisplayName("P117 a cancelled party lowers the waiting count; the barrier is not broken")
    void aCancelledPartyJustLeaves() {
        run(() -> {
            var barrier = new Barrier(3);
            Task<Integer> first = party(barrier);
            Task<Integer> second = party(barrier);

            first.cancel("enough");
            settle();
            assertThat(barrier.waiting()).isOne();
            assertThat(barrier.isBroken()).isFalse();

            Task<Integer> third = party(barrier);
            assertThat(barrier.await()).isEqualTo(2);
            settle();
            assertThat(List.of(second.result(), third.result())).containsExactly(0, 1);
        });
    }

    @Test
    void aPartyCancelledAfterTheLastArrivedGoesOnUntilItsNextCheckpoint() {
        run(() -> {
            var barrier = new Barrier(2);
            List<String> events = new ArrayList<>();
            Task<?> party = spawn(() -> {
                barrier.await();
                events.add("through");
                checkpoint();
                events.add("beyond");
            });
            settle();

            barrier.await();
            party.cancel("too late");
            settle();

            assertThat(events).containsExactly("through");
            assertThat(party.isCancelled()).isTrue();
        });
    }

    @Test
    @DisplayName("P118 a party that comes back while others still drain blocks until the next generation")
    void aPartyThatComesBackBelongsToTheNextGeneration() {
        run(() -> {
            var barrier = new Barrier(2);
            List<Integer> rounds = new ArrayList<>();
            Task<?> fast = spawn(() -> {
                barrier.await();
                rounds.add(1);
                barrier.await();
                rounds.add(2);
            });
            Task<Integer> slow = spawn(() -> barrier.await());
            settle();

            assertThat(slow.isDone()).isTrue();
            assertThat(rounds).containsExactly(1);
            assertThat(barrier.waiting()).isOne();
            barrier.await();
            fast.join();
            assertThat(rounds).containsExactly(1, 2);
        });
    }

    @Test
    @DisplayName("P119 P321 reset releases current waiters with a broken-barrier error and leaves the barrier usable")
    void resetFailsThoseWhoWaitAndLeavesTheBarrierUsable() {
        run(() -> {
            var barrier = new Barrier(2);
            Task<Integer> waiting = party(barrier);

            barrier.reset();
            settle();
            assertThat(waiting.failure()).isInstanceOf(BrokenException.class);
            assertThat(barrier.isBroken()).isFalse();

            Task<Integer> next = party(barrier);
            assertThat(barrier.await()).isEqualTo(1);
            assertThat(next.await()).isZero();
        });
    }

    @Test
    @DisplayName("P120 abort makes all other parties fail and the barrier stays broken")
    void abortFailsAllUntilReset() {
        run(() -> {
            var barrier = new Barrier(2);
            Task<Integer> waiting = party(barrier);

            barrier.abort();
            settle();
            assertThat(waiting.failure()).isInstanceOf(BrokenException.class);
            assertThat(barrier.isBroken()).isTrue();
            assertThatThrownBy(barrier::await)
                    .isInstanceOf(BrokenException.class)
                    .hasMessageContaining("reset()");

            barrier.reset();
            Task<Integer> next = party(barrier);
            assertThat(barrier.await()).isEqualTo(1);
            next.join();
        });
    }

    @Test
    void aBarrierOfOneNeverWaits() {
        assertThat(new Barrier(1).await()).isZero();
        assertThatThrownBy(() -> new Barrier(0)).isInstanceOf(IllegalArgumentException.class);
    }
}
