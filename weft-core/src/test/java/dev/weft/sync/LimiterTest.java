package dev.weft.sync;

import static dev.weft.Weft.run;
import static dev.weft.Weft.spawn;
import static dev.weft.sync.Passes.settle;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.Task;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class LimiterTest {
    private static Task<?> user(Limiter limiter, List<Integer> order, int number, Event end) {
        Task<?> task = spawn(() -> limiter.withToken(() -> {
            order.add(number);
            end.await();
        }));
        settle();
        return task;
    }

    @Test
    void neverMoreThanItsCapacityGetThroughAndInOrder() {
        run(() -> {
            var limiter = new Limiter(2);
            List<Integer> order = new ArrayList<>();
            List<Event> ends = List.of(new Event(), new Event(), new Event(), new Event());
            for (int i = 0; i < 4; i++) {
                var _ = user(limiter, order, i, ends.get(i));
            }
            assertThat(order).containsExactly(0, 1);
            assertThat(limiter).hasToString("Limiter[2 of 2 borrowed, 2 waiting]");

            ends.get(1).set();
            settle();
            assertThat(order).containsExactly(0, 1, 2);
            ends.forEach(Event::set);
            settle();
            assertThat(order).containsExactly(0, 1, 2, 3);
            assertThat(limiter.statistics()).isEqualTo(new Limiter.Statistics(2, 0, 0, List.of()));
        });
    }

    @Test
    void aHigherLimitLetsThoseInLineGoOnAndALowerOneHoldsThemBack() {
        run(() -> {
            var limiter = new Limiter(0);
            List<Integer> order = new ArrayList<>();
            var end = new Event();
            List<Task<?>> users = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                users.add(user(limiter, order, i, end));
            }
            assertThat(order).isEmpty();

            limiter.resize(3);
            settle();
            assertThat(order).containsExactly(0, 1, 2);

            limiter.resize(1);
            users.get(0).cancel("enough");
            settle();
            assertThat(order).containsExactly(0, 1, 2);
            assertThat(limiter.statistics().borrowed()).isEqualTo(2);
            users.get(1).cancel("enough");
            users.get(2).cancel("enough");
            settle();
            assertThat(order).containsExactly(0, 1, 2, 3);
            assertThat(limiter.capacity()).isOne();
            end.set();
        });
    }

    @Test
    void theTokenOfACancelledWaiterIsPassedOn() {
        run(() -> {
            var limiter = new Limiter(1);
            limiter.acquire();
            List<Integer> order = new ArrayList<>();
            var end = new Event();
            Task<?> first = user(limiter, order, 0, end);
            var _ = user(limiter, order, 1, end);

            limiter.release();
            first.cancel("too late");
            settle();

            assertThat(order).containsExactly(1);
            end.set();
            settle();
            assertThat(limiter.tryAcquire()).isTrue();
            limiter.release();
        });
    }

    @Test
    void aBorrowerHasOneTokenAtMostAndGivesItBackItself() {
        var limiter = new Limiter(5);
        limiter.acquire();

        assertThatThrownBy(limiter::acquire)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("has borrowed a token of this limiter already");
        assertThatThrownBy(limiter::tryAcquire).isInstanceOf(IllegalStateException.class);
        limiter.release();
        assertThatThrownBy(limiter::release)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("has borrowed no token");
    }

    @Test
    void aTokenBorrowedOnBehalfOfAnObjectIsGivenBackInItsName() throws InterruptedException {
        var limiter = new Limiter(1);
        var work = new String("work");
        limiter.acquireOnBehalfOf(work);

        assertThat(limiter.statistics().borrowers()).containsExactly(work);
        assertThat(limiter.tryAcquireOnBehalfOf(new String("work"))).isFalse();
        assertThatThrownBy(() -> limiter.acquireOnBehalfOf(work)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> limiter.releaseOnBehalfOf(new String("work")))
                .isInstanceOf(IllegalStateException.class);
        Thread.ofPlatform().start(() -> limiter.releaseOnBehalfOf(work)).join();
        assertThat(limiter.statistics().borrowed()).isZero();
    }

    @Test
    void absurdArgumentsAreRefused() {
        assertThatThrownBy(() -> new Limiter(-1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Limiter(1).resize(-1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Limiter(1).acquireOnBehalfOf(null)).isInstanceOf(NullPointerException.class);
    }
}
