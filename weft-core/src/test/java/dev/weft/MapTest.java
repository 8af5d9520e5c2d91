package dev.weft;

import static dev.weft.Eventually.until;
import static dev.weft.Weft.run;
import static dev.weft.Weft.sleep;
import static dev.weft.Weft.spawn;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The lazy map that all pools share. */
@Timeout(30)
class MapTest {
    private static final Duration TICK = Duration.ofMillis(1);
    private static final Duration LONG = Duration.ofHours(1);

    /** Inputs that never end and know how many have been taken. */
    private static final class Endless implements Iterable<Integer> {
        private int taken;

        @Override
        public Iterator<Integer> iterator() {
            return new Iterator<>() {
                @Override
                public boolean hasNext() {
                    return true;
                }

                @Override
                public Integer next() {
                    return taken++;
                }
            };
        }
    }

    private static List<Integer> numbers(int end) {
        return IntStream.range(0, end).boxed().toList();
    }

    /** Inputs whose iterator fails behind so many. */
    private static Iterable<Integer> failingAfter(int number) {
        return () -> new Iterator<>() {
            private int next;

            @Override
            public boolean hasNext() {
                return true;
            }

            @Override
            public Integer next() {
                if (next == number) {
                    throw new IllegalStateException("no more than " + number);
                }
                return next++;
            }
        };
    }

    @Nested
    @ParameterizedClass
    @EnumSource
    class Every {
        @Parameter
        private PoolKind kind;

        @Test
        @DisplayName("P208 map keeps the order of the inputs, with any look-ahead")
        void keepsTheOrderOfTheInputs() {
            try (Pool pool = kind.open()) {
                for (int lookAhead : List.of(1, 3, 1000)) {
                    assertThat(pool.map((Integer n) -> n * n, numbers(200))
                                    .lookAhead(lookAhead)
                                    .toList())
                            .isEqualTo(IntStream.range(0, 200)
                                    .map(n -> n * n)
                                    .boxed()
                                    .toList());
                }
            }
        }

        @Test
        @DisplayName("P210 a map takes of an endless input what it needs")
        void takesOfAnEndlessInputWhatItNeeds() {
            var inputs = new Endless();
            try (Pool pool = kind.open();
                    Results<Integer, Integer> results =
                            pool.map((Integer n) -> n, inputs).lookAhead(4)) {
                Iterator<Integer> iterator = results.iterator();
                for (int i = 0; i < 10; i++) {
                    assertThat(iterator.next()).isEqualTo(i);
                }
            }
            assertThat(inputs.taken).isEqualTo(14);
        }

        @Test
        @DisplayName("P211 as long as nobody takes results, as many inputs are taken as the look-ahead allows")
        void takesAsManyInputsAsTheLookAheadAllows() {
            var inputs = new Endless();
            try (Pool pool = kind.open();
                    Results<Integer, Integer> results =
                            pool.map((Integer n) -> n, inputs).lookAhead(7)) {
                assertThat(inputs.taken).isZero();
                assertThat(results.iterator()).hasNext();
                assertThat(inputs.taken).isEqualTo(7);
            }
        }

        @Test
        @DisplayName("P227 nothing runs before the iteration begins; work that is submitted runs unwatched")
        void nothingRunsBeforeTheIterationBegins() {
            var ran = new AtomicInteger();
            Pool pool = kind.open();
            try (var _ = pool.map((Integer n) -> ran.incrementAndGet(), numbers(5))) {
                assertThat(pool.statistics().submitted()).isZero();
            }
            numbers(5).forEach(_ -> pool.submit(() -> ran.incrementAndGet()));
            pool.close();

            assertThat(ran).hasValue(5);
        }

        @Test
        @DisplayName("P276 every form of map takes an empty input")
        void takesAnEmptyInput() {
            try (Pool pool = kind.open()) {
                List<Integer> none = List.of();

                assertThat(pool.map((Integer n) -> n, none).toList()).isEmpty();
                assertThat(pool.map((Integer n) -> n, none).asCompleted().toList())
                        .isEmpty();
                assertThat(pool.map((Integer n) -> n, none).outcomes()).isEmpty();
                Iterator<Integer> iterator = pool.map((Integer n) -> n, none).iterator();
                assertThat(iterator.hasNext()).isFalse();
                assertThatThrownBy(iterator::next).isInstanceOf(NoSuchElementException.class);
            }
        }

        @Test
        @DisplayName("P271 an input that fails half-way delivers the results before it and then its error")
        void anInputThatFailsDeliversTheResultsBeforeIt() {
            try (Pool pool = kind.open()) {
                for (int lookAhead : List.of(1, 2, 100)) {
                    List<Integer> seen = new ArrayList<>();
                    Iterator<Integer> iterator = pool.map((Integer n) -> n, failingAfter(5))
                            .lookAhead(lookAhead)
                            .iterator();

                    assertThatThrownBy(() -> iterator.forEachRemaining(seen::add))
                            .isInstanceOf(IllegalStateException.class)
                            .hasMessage("no more than 5");
                    assertThat(seen).containsExactly(0, 1, 2, 3, 4);
                    assertThat(iterator.hasNext()).isFalse();
                    assertThatThrownBy(iterator::next).isInstanceOf(NoSuchElementException.class);
                }
                assertThatThrownBy(() -> pool.map((Integer n) -> n, failingAfter(5))
                                .asCompleted()
                                .toList())
                        .hasMessage("no more than 5");
            }
        }

        @Test
        void aFailedInputThrowsAndTheIterationGoesOnBehindIt() {
            try (Pool pool = kind.open()) {
                Iterator<Integer> results =
                        pool.map(MapTest::oddNumbersOnly, numbers(4)).iterator();

                assertThatThrownBy(results::next)
                        .isInstanceOf(TaskFailedException.class)
                        .hasCauseInstanceOf(IOException.class);
                assertThat(results.next()).isEqualTo(1);
                assertThatThrownBy(results::next).isInstanceOf(TaskFailedException.class);
                assertThat(results.next()).isEqualTo(3);
                assertThat(results.hasNext()).isFalse();
            }
        }

        @Test
        void outcomesHaveFailuresAsValues() {
            try (Pool pool = kind.open()) {
                List<String> seen = new ArrayList<>();
                for (Outcome<Integer, Integer> outcome :
                        pool.map(MapTest::oddNumbersOnly, numbers(3)).outcomes()) {
                    seen.add(outcome.index() + " " + outcome.input() + " "
                            + (outcome.succeeded() ? outcome.result() : outcome.failure()));
                }

                assertThat(seen).containsExactly("0 0 java.io.IOException: 0", "1 1 1", "2 2 java.io.IOException: 2");
            }
        }

        @Test
        void toListThrowsTheFirstFailure() {
            try (Pool pool = kind.open()) {
                assertThatThrownBy(() -> pool.map(MapTest::oddNumbersOnly, List.of(1, 2, 3))
                                .toList())
                        .isInstanceOf(TaskFailedException.class)
                        .hasRootCauseMessage("2");
            }
        }

        @Test
        @DisplayName("P215 what has ended comes before the time-out is thrown, however short the time")
        void whatHasEndedComesBeforeTheTimeOut() {
            try (Pool pool = kind.open()) {
                Results<Integer, Integer> results = pool.map((Integer n) -> n, numbers(3))
                        .asCompleted()
                        .lookAhead(3)
                        .timeout(Duration.ofNanos(1));
                Iterator<Integer> iterator = results.iterator();
                until("all have ended", () -> pool.statistics().pending() == 0);

                assertThat(List.of(iterator.next(), iterator.next(), iterator.next()))
                        .containsExactlyInAnyOrder(0, 1, 2);
                assertThat(iterator.hasNext()).isFalse();
            }
        }

        @Test
        void optionsAreCheckedAndFixedOnceTheIterationHasBegun() {
            try (Pool pool = kind.open();
                    Results<Integer, Integer> results = pool.map((Integer n) -> n, numbers(3))) {
                assertThatThrownBy(() -> results.lookAhead(0)).isInstanceOf(IllegalArgumentException.class);
                assertThatThrownBy(() -> results.timeout(Duration.ZERO)).isInstanceOf(IllegalArgumentException.class);
                assertThat(results.iterator().next()).isZero();
                for (Runnable late : List.<Runnable>of(
                        results::asCompleted,
                        () -> results.lookAhead(1),
                        () -> results.timeout(TICK),
                        () -> Objects.requireNonNull(results.iterator()),
                        () -> Objects.requireNonNull(results.outcomes().iterator()))) {
                    assertThatThrownBy(late::run)
                            .isInstanceOf(IllegalStateException.class)
                            .hasMessageContaining("has begun");
                }
            }
        }
    }

    private static int oddNumbersOnly(int n) throws IOException {
        if (n % 2 == 0) {
            throw new IOException(String.valueOf(n));
        }
        return n;
    }

    @Nested
    @ParameterizedClass
    @MethodSource("dev.weft.PoolKind#concurrent")
    class Concurrent {
        @Parameter
        private PoolKind kind;

        @Test
        void aSlowInputIsWaitedForInOrder() {
            try (Pool pool = kind.open()) {
                var released = new AtomicBoolean();
                List<Integer> results = pool.map(
                                (Integer n) -> {
                                    if (n == 1) {
                                        released.set(true);
                                    }
                                    return waitIfZero(n, released);
                                },
                                List.of(0, 1))
                        .toList();

                assertThat(results).containsExactly(0, 1);
            }
        }

        @Test
        void aSlowInputIsOvertakenAsCompleted() {
            try (Pool pool = kind.open()) {
                var released = new AtomicBoolean();
                var results = new ArrayList<Integer>();
                for (int result : pool.map((Integer n) -> waitIfZero(n, released), List.of(0, 1))
                        .asCompleted()) {
                    results.add(result);
                    released.set(true);
                }

                assertThat(results).containsExactly(1, 0);
            }
        }

        private static int waitIfZero(int n, AtomicBoolean released) {
            while (n == 0 && !released.get()) {
                sleep(TICK);
            }
            return n;
        }

        @Test
        @DisplayName("P229 a map that times out cancels the element that is waited for and all behind it")
        void aTimeOutCancelsWhatIsWaitedForAndAllBehindIt() {
            try (Pool pool = kind.open()) {
                for (boolean ordered : List.of(true, false)) {
                    var started = new AtomicInteger();
                    var cancelled = new AtomicInteger();
                    Results<Integer, Integer> results = pool.map(
                                    (Integer n) -> {
                                        if (n > 0) {
                                            started.incrementAndGet();
                                            try {
                                                sleep(LONG);
                                            } catch (Cancelled e) {
                                                cancelled.incrementAndGet();
                                                throw e;
                                            }
                                        }
                                        return n;
                                    },
                                    numbers(20))
                            .lookAhead(2) // as many as run at once in each of these pools
                            .timeout(Duration.ofMillis(300));
                    Iterator<Integer> iterator = (ordered ? results : results.asCompleted()).iterator();

                    assertThat(iterator.next()).isZero();
                    assertThatThrownBy(iterator::next)
                            .isInstanceOf(TimedOutException.class)
                            .hasMessageContaining(pool.name());
                    assertThat(iterator.hasNext()).as("more after the time-out").isFalse();
                    until("nothing is pending", () -> pool.statistics().pending() == 0);
                    assertThat(cancelled).hasValue(started.get());
                }
            }
        }

        @Test
        void closingCancelsWhatIsUnderWay() throws InterruptedException {
            try (Pool pool = kind.open()) {
                var started = new CountDownLatch(1);
                try (var results = pool.map(
                        (Integer n) -> {
                            started.countDown();
                            sleep(LONG);
                            return n;
                        },
                        new Endless())) {
                    assertThat(results.iterator()).hasNext();
                    started.await();
                }
                until("nothing is pending", () -> pool.statistics().pending() == 0);

                assertThat(pool.statistics().cancelled())
                        .isEqualTo(pool.statistics().submitted());
            }
        }

        @Test
        void aFailureInToListCancelsTheRest() {
            try (Pool pool = kind.open()) {
                assertThatThrownBy(() -> pool.map(
                                        (Integer n) -> {
                                            if (n == 0) {
                                                throw new IllegalStateException("the first");
                                            }
                                            sleep(LONG);
                                            return n;
                                        },
                                        numbers(4))
                                .lookAhead(2) // as many as run at once in each of these pools
                                .toList())
                        .hasMessage("the first");
                until("nothing is pending", () -> pool.statistics().pending() == 0);
            }
        }

        @Test
        void aCoroutineThatIteratesLeavesItsLoopAloneAndCanBeCancelled() {
            try (Pool pool = kind.open()) {
                run(() -> {
                    Task<?> iterating = spawn(() -> {
                        try (var results = pool.map(
                                (Integer n) -> {
                                    sleep(LONG);
                                    return n;
                                },
                                numbers(2))) {
                            results.iterator().next();
                        }
                    });
                    sleep(TICK);
                    assertThat(iterating.isDone()).isFalse();
                    iterating.cancel("enough");
                    iterating.join();

                    assertThat(iterating.isCancelled()).isTrue();
                });
                until("nothing is pending", () -> pool.statistics().pending() == 0);
            }
        }
    }
}
