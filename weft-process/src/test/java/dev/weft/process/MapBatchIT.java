package dev.weft.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.JobFunction;
import dev.weft.Outcome;
import dev.weft.TimedOutException;
import dev.weft.Weft;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Inputs of a map travel together, and each keeps an end of its own. */
@Timeout(60)
class MapBatchIT {
    private static ProcessPool pool;

    @TempDir
    Path directory;

    @BeforeAll
    static void open() {
        pool = quiet(2).build();
    }

    @AfterAll
    static void close() {
        pool.close();
    }

    private static ProcessPool.Builder quiet(int workers) {
        return ProcessPool.builder().workers(workers).heap("64m").output(WorkerOutput.discard());
    }

    private static List<Integer> numbers(int count) {
        return IntStream.range(0, count).boxed().toList();
    }

    @Test
    void aHundredThousandTinyCallsComeInOrder() {
        assertThat(pool.map((Integer n) -> n + 1, numbers(100_000)).toList())
                .isEqualTo(IntStream.rangeClosed(1, 100_000).boxed().toList());
    }

    @Test
    void everyElementIsATaskInTheStatistics() {
        try (var own = quiet(1).build()) {
            own.map((Integer n) -> n / (n % 10), numbers(1000)).outcomes().forEach(_ -> {});
            Eventually.unchecked(
                    "the last batch is in the book", () -> own.statistics().pending() == 0);
            var statistics = own.statistics();
            assertThat(statistics.submitted()).isEqualTo(1000);
            assertThat(statistics.succeeded()).isEqualTo(900);
            assertThat(statistics.failed()).isEqualTo(100);
            assertThat(statistics.pending()).isZero();
        }
    }

    @Test
    void anElementThatFailsFailsAloneWithItsOwnException() {
        List<Outcome<Integer, Integer>> outcomes = new ArrayList<>();
        pool.map(
                        (Integer n) -> {
                            if (n % 7 == 3) {
                                throw new IOException("input " + n);
                            }
                            return n;
                        },
                        numbers(1000))
                .batch(50)
                .outcomes()
                .forEach(outcomes::add);
        assertThat(outcomes).hasSize(1000);
        for (Outcome<Integer, Integer> outcome : outcomes) {
            if (outcome.input() % 7 == 3) {
                assertThat(outcome.failure()).isInstanceOf(IOException.class).hasMessage("input " + outcome.input());
            } else {
                assertThat(outcome.result()).isEqualTo(outcome.input()).isEqualTo((int) outcome.index());
            }
        }
    }

    @Test
    void anInputOrAResultThatCannotBeSentFailsAlone() {
        List<Object> inputs = new ArrayList<>(numbers(100));
        inputs.set(40, new Object());
        List<Outcome<Object, Object>> outcomes = new ArrayList<>();
        JobFunction<Object, Object> function = n -> n.equals(60) ? new Object() : n;
        pool.map(function, inputs).batch(30).outcomes().forEach(outcomes::add);
        assertThat(outcomes.get(40).failure())
                .isInstanceOf(TransferException.class)
                .hasMessageContaining("input 40 of the map cannot be sent")
                .hasMessageContaining("java.lang.Object is not serializable");
        assertThat(outcomes.get(60).failure())
                .isInstanceOf(TransferException.class)
                .hasMessageContaining("its result cannot be sent back");
        assertThat(outcomes.stream().filter(Outcome::succeeded)).hasSize(98);
    }

    @Test
    void aFunctionThatCannotBeSentFailsEveryElement() {
        Object lock = new Object();
        List<Outcome<Integer, String>> outcomes = new ArrayList<>();
        pool.map((Integer n) -> n + " " + lock, numbers(5)).outcomes().forEach(outcomes::add);
        assertThat(outcomes)
                .hasSize(5)
                .allSatisfy(outcome -> assertThat(outcome.failure())
                        .isInstanceOf(TransferException.class)
                        .hasMessageContaining("captured value 1 (java.lang.Object)"));
    }

    @Test
    void nullIsAnInputAndAResult() {
        List<Integer> inputs = new ArrayList<>(numbers(20));
        inputs.set(5, null);
        assertThat(pool.map((Integer n) -> n, inputs).batch(8).toList()).isEqualTo(inputs);
    }

    @Test
    void resultsThatAreLargerThanTheBookComeThrough() {
        List<Integer> lengths = pool
                .map(
                        (Integer n) -> {
                            byte[] bytes = new byte[n];
                            bytes[n - 1] = n.byteValue();
                            return bytes;
                        },
                        IntStream.range(1, 60).map(n -> n * n * 50).boxed().toList())
                .batch(20)
                .toList()
                .stream()
                .map(bytes -> bytes[bytes.length - 1] == (byte) bytes.length ? bytes.length : -1)
                .toList();
        assertThat(lengths)
                .isEqualTo(IntStream.range(1, 60).map(n -> n * n * 50).boxed().toList());
    }

    @Test
    @DisplayName("P271 what came before an input that fails is delivered, then its error")
    void whatCameBeforeAFailingInputIsDelivered() {
        Iterable<Integer> inputs = () -> new Iterator<>() {
            private int next;

            @Override
            public boolean hasNext() {
                return true;
            }

            @Override
            public Integer next() {
                if (next == 333) {
                    throw new IllegalStateException("no more");
                }
                return next++;
            }
        };
        List<Integer> results = new ArrayList<>();
        assertThatThrownBy(() -> pool.map((Integer n) -> n, inputs).forEach(results::add))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("no more");
        assertThat(results).isEqualTo(numbers(333));
    }

    @Test
    @DisplayName("P276 a map over nothing has no results")
    void aMapOverNothingHasNoResults() {
        assertThat(pool.map((Integer n) -> n, List.of()).toList()).isEmpty();
        assertThat(pool.map((Integer n) -> n, List.of()).asCompleted().toList()).isEmpty();
        assertThat(pool.map((Integer n) -> n, List.<Integer>of()).outcomes()).isEmpty();
    }

    @Test
    void theLookAheadLimitsWhatIsTakenFromTheSource() {
        var taken = new AtomicInteger();
        Iterator<Integer> results = pool.map(
                        (Integer n) -> n,
                        () -> Stream.generate(taken::getAndIncrement).iterator())
                .lookAhead(10)
                .iterator();
        for (int i = 0; i < 100; i++) {
            assertThat(results.next()).isEqualTo(i);
            assertThat(taken.get()).isLessThanOrEqualTo(i + 1 + 10 + 1); // one more by Stream's own hasNext
        }
    }

    @Test
    void anInputDoesNotWaitForOneThatComesOnlyOnceItWasWorkedOn() {
        pool.map((Integer n) -> n, numbers(20_000)).toList();
        Path file = directory.resolve("worked-on");
        String name = file.toString();
        Iterable<Integer> inputs = () -> new Iterator<>() {
            private int next;

            @Override
            public boolean hasNext() {
                return next < 100;
            }

            @Override
            public Integer next() {
                if (next == 50) {
                    Eventually.unchecked("input 49 was worked on", () -> Files.exists(file));
                }
                return next++;
            }
        };
        assertThat(pool.map(
                                (Integer n) -> {
                                    if (n == 49) {
                                        Files.createFile(Path.of(name));
                                    }
                                    return n;
                                },
                                inputs)
                        .batch(100)
                        .lookAhead(1000)
                        .toList())
                .isEqualTo(numbers(100));
    }

    @Test
    void resultsBeforeASlowElementDoNotWaitForIt() throws Exception {
        String file = directory.resolve("slow").toString();
        try (var results = pool.map((Integer n) -> n == 5 ? Jobs.startedAndSleeping(file) : (long) n, numbers(40))
                .batch(40)
                .lookAhead(1000)) {
            Iterator<Long> iterator = results.iterator();
            for (int i = 0; i < 5; i++) {
                assertThat(iterator.next()).isEqualTo((long) i);
            }
            Jobs.awaitStarted(directory.resolve("slow"));
        }
    }

    @Test
    void whatWaitsBehindASlowElementGoesToAnIdleWorker() {
        String file = directory.resolve("slow").toString();
        List<Object> results = new ArrayList<>();
        try (var map = pool.map((Integer n) -> n == 5 ? (Object) Jobs.startedAndSleeping(file) : n, numbers(40))
                .asCompleted()
                .batch(40)
                .lookAhead(1000)) {
            Iterator<Object> iterator = map.iterator();
            for (int i = 0; i < 39; i++) {
                results.add(iterator.next());
            }
        }
        List<Object> expected = new ArrayList<>(numbers(40));
        expected.remove(5);
        assertThat(results).containsExactlyInAnyOrderElementsOf(expected);
    }

    @Test
    void aCrashInABatchCostsOneElementAndNothingRunsTwice() {
        List<Outcome<Integer, Integer>> outcomes = new ArrayList<>();
        String place = directory.toString();
        pool.map(
                        (Integer n) -> {
                            Files.createFile(Path.of(place, "ran-" + n)); // fails if the element has run before
                            if (n % 100 == 77) {
                                Runtime.getRuntime().halt(3);
                            }
                            return n;
                        },
                        numbers(500))
                .batch(60)
                .lookAhead(1000)
                .outcomes()
                .forEach(outcomes::add);
        for (Outcome<Integer, Integer> outcome : outcomes) {
            if (outcome.input() % 100 == 77) {
                assertThat(outcome.failure())
                        .isInstanceOf(WorkerCrashedException.class)
                        .hasMessageContaining("[" + outcome.input() + "]")
                        .hasMessageContaining("exited with code 3");
            } else {
                assertThat(outcome.failure()).isNull();
                assertThat(outcome.result()).isEqualTo(outcome.input());
            }
        }
        assertThat(outcomes).hasSize(500);
    }

    @Test
    void closingTheMapInterruptsWhatRunsAndStartsNothingElse() throws Exception {
        String place = directory.toString();
        var map = pool.map(
                        (Integer n) -> {
                            Files.createFile(Path.of(place, "began-" + n));
                            return n == 3 ? Jobs.startedAndSleeping(place + "/slow") : (long) n;
                        },
                        numbers(10))
                .batch(10)
                .lookAhead(1000);
        Iterator<Long> iterator = map.iterator();
        assertThat(iterator.next()).isZero();
        long pid = Jobs.awaitStarted(directory.resolve("slow"));
        map.close();
        assertThat(pool.submit(Jobs::pid).await()).isPositive();
        Eventually.until(
                "nothing of the map is left",
                () -> pool.workers().stream().allMatch(worker -> worker.state() == WorkerStatus.State.IDLE));
        assertThat(pool.workers()).extracting(WorkerStatus::pid).contains(pid);
    }

    @Test
    @DisplayName("P274 P229 a map that times out cancels the element that it waits for and all later ones")
    void aMapThatTimesOutCancelsTheRest() {
        pool.map((Integer n) -> n, numbers(10)).toList(); // the workers are there
        Iterator<Integer> results = pool.map(
                        (Integer n) -> {
                            Jobs.pause(n == 2 ? 60_000 : 0);
                            return n;
                        },
                        numbers(100))
                .batch(1)
                .timeout(Duration.ofSeconds(2))
                .iterator();
        assertThat(results.next()).isZero();
        assertThat(results.next()).isEqualTo(1);
        assertThatThrownBy(results::next).isInstanceOf(TimedOutException.class);
        assertThat(results.hasNext()).isFalse();
        Eventually.unchecked(
                "nothing of the map is left",
                () -> pool.workers().stream().allMatch(worker -> worker.state() == WorkerStatus.State.IDLE));
    }

    @Test
    void elementsOfAPoolThatIsClosedAtOnceAreCancelled() {
        var own = quiet(1).build();
        String file = directory.resolve("started").toString();
        Iterator<Outcome<Integer, Long>> outcomes = own.map(
                        (Integer n) -> n == 2 ? Jobs.startedAndSleeping(file) : (long) n, numbers(10))
                .batch(10)
                .lookAhead(20)
                .outcomes()
                .iterator();
        assertThat(outcomes.next().result()).isZero();
        Eventually.unchecked("it has started", () -> Files.exists(directory.resolve("started")));
        own.closeNow("enough");
        assertThat(outcomes.next().result()).isEqualTo(1);
        for (int i = 2; i < 10; i++) {
            assertThat(outcomes.next().failure())
                    .isInstanceOf(CancellationException.class)
                    .hasMessageContaining("enough");
        }
        assertThat(outcomes.hasNext()).isFalse();
    }

    @Test
    void anInterruptThatAnElementLeavesBehindDoesNotReachTheNext() {
        assertThat(pool.map(
                                (Integer n) -> {
                                    boolean before = Thread.currentThread().isInterrupted();
                                    Thread.currentThread().interrupt();
                                    return before;
                                },
                                numbers(100))
                        .batch(20)
                        .toList())
                .containsOnly(false);
    }

    @Test
    void aCoroutineIteratesWithoutHoldingItsLoop() {
        int sum = Weft.run(() -> {
            var other = Weft.spawn(() -> {
                int total = 0;
                for (int n : pool.map((Integer n) -> n, numbers(3000)).asCompleted()) {
                    total += n;
                }
                return total;
            });
            int total = 0;
            for (int n : pool.map((Integer n) -> n, numbers(3000))) {
                total += n;
            }
            return total + other.await();
        });
        assertThat(sum).isEqualTo(3000 * 2999);
    }

    @Test
    void asCompletedDeliversEachOnce() {
        List<Integer> results = new ArrayList<>(
                pool.map((Integer n) -> n, numbers(20_000)).asCompleted().toList());
        Collections.sort(results);
        assertThat(results).isEqualTo(numbers(20_000));
    }

    @Test
    void batchesOutOfRangeAreRefused() {
        assertThatThrownBy(() -> pool.map((Integer n) -> n, numbers(1)).batch(0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("1 to 65536");
    }

    @Test
    void progressIsToldWhileTheMapRunsAndOnceAtItsEnd() {
        List<Integer> inputs = IntStream.range(0, 200).boxed().toList();
        try (var pool = ProcessPool.builder()
                .workers(2)
                .heap("64m")
                .output(WorkerOutput.discard())
                .build()) {
            List<Progress> told = new ArrayList<>();
            BatchResults<Integer, Integer> map = pool.map(
                            (Integer n) -> {
                                Jobs.pause(1);
                                if (n % 50 == 7) {
                                    throw new IllegalStateException("number " + n);
                                }
                                return n;
                            },
                            inputs)
                    .onProgress(Duration.ofMillis(10), told::add);
            assertThat(map.progress()).isEqualTo(new Progress(0, 0, -1, Duration.ZERO));
            int taken = 0;
            for (Outcome<Integer, Integer> outcome : map.outcomes()) {
                assertThat(map.progress().done()).isGreaterThan(taken++);
                assertThat(outcome.index()).isLessThan(200);
            }
            assertThat(told).hasSizeGreaterThan(1);
            assertThat(told).extracting(Progress::done).isSorted();
            assertThat(told).extracting(Progress::total).containsOnly(200L);
            Progress last = told.getLast();
            assertThat(last.done()).isEqualTo(200);
            assertThat(last.failed()).isEqualTo(4);
            assertThat(last.rate()).isPositive();
            assertThat(last.remaining()).contains(Duration.ZERO);
            assertThat(last).asString().startsWith("200 of 200 (100 %), 4 failed, ");
        }
    }

    @Test
    void theTotalOfAnOpenSourceIsKnownAtItsEnd() {
        try (var pool = ProcessPool.of(1)) {
            BatchResults<Integer, Integer> map =
                    pool.map((Integer n) -> n, () -> IntStream.range(0, 5000).iterator());
            var iterator = map.iterator();
            assertThat(iterator.next()).isZero();
            assertThat(map.progress().total()).isEqualTo(-1);
            while (iterator.hasNext()) {
                iterator.next();
            }
            assertThat(map.progress().total()).isEqualTo(5000);
            assertThat(map.progress().done()).isEqualTo(5000);
            assertThatThrownBy(() -> pool.map((Integer n) -> n, List.of(1)).onProgress(Duration.ZERO, _ -> {}))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }
}
