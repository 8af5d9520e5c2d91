package dev.weft.cli.map.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.cli.map.input.ListSource;
import dev.weft.cli.map.store.InputSpool;
import dev.weft.cli.map.store.Outcome;
import dev.weft.cli.map.store.OutcomeLog;
import dev.weft.cli.map.store.OutcomeReader;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Many slots, and a clock that jumps, so that lots are recorded and taken away at any moment. */
@Timeout(120)
class LotsStressTest {
    private static final int INPUTS = 20_000;
    private static final int SLOTS = 6;
    private static final int TRIES = 3;
    private static final int MOST_OPEN = 40;

    @TempDir
    Path directory;

    @ParameterizedTest
    @CsvSource({"1, false, false", "2, true, false", "3, false, false", "4, false, true", "5, true, true"})
    void everyInputHasOneOutcomeThatCountsAndIsPrintedOnce(long seed, boolean keepOrder, boolean together)
            throws Exception {
        var layout = new Plan.Layout(keepOrder, false, false, false);
        var plan = new Plan(
                () -> SLOTS,
                Duration.ZERO,
                TimeLimit.none(),
                Duration.ofSeconds(1),
                new Retry(TRIES - 1, Set.of(), Duration.ZERO),
                null,
                0,
                layout,
                null);
        var scheduler = new Scheduler(plan, new BitSet(), new SplittableRandom(seed));
        Path outcomes = directory.resolve("outcomes");
        var clock = new AtomicLong();
        try (OutcomeLog log = OutcomeLog.open(outcomes);
                var out = new FileOutputStream(directory.resolve("out").toFile());
                var err = new FileOutputStream(directory.resolve("err").toFile());
                InputSpool spool = InputSpool.open(directory.resolve("inputs"), scheduler::wake);
                ExecutorService threads = Executors.newCachedThreadPool()) {
            var printer = new Printer(layout, false, new BitSet(), new Streams(out, err), () -> {}, log::append);
            var recorder = new Recorder(scheduler, printer, log, false);
            var lots = new Lots(scheduler, plan.jobs(), true, recorder::record, clock::get);
            scheduler.begin(spool);
            spool.feed(new ListSource(
                    IntStream.rangeClosed(1, INPUTS).mapToObj(i -> "x" + i).toList()));
            List<Future<?>> slots = new ArrayList<>();
            for (int slot = 1; slot <= SLOTS; slot++) {
                int number = slot;
                slots.add(threads.submit(() -> {
                    slot(number, lots, together ? MOST_OPEN : 1, clock, new SplittableRandom(seed * SLOTS + number));
                    return null;
                }));
            }
            while (!slots.stream().allMatch(Future::isDone)) {
                lots.look();
                Thread.onSpinWait();
            }
            for (Future<?> slot : slots) {
                slot.get();
            }
        }

        Map<Long, Integer> last = new HashMap<>();
        Map<Long, Integer> tries = new HashMap<>();
        try (OutcomeReader reader = OutcomeReader.open(outcomes)) {
            for (Outcome outcome = reader.next(); outcome != null; outcome = reader.next()) {
                tries.merge(outcome.input().index(), 1, Integer::sum);
                if (outcome.last()) {
                    last.merge(outcome.input().index(), 1, Integer::sum);
                }
            }
        }
        assertThat(last)
                .hasSize(INPUTS)
                .allSatisfy((_, count) -> assertThat(count).isOne());
        assertThat(tries).allSatisfy((index, count) -> assertThat(count).isEqualTo(failures(index) + 1));
        List<String> lines = Files.readAllLines(directory.resolve("out"));
        assertThat(lines).hasSize(INPUTS);
        if (keepOrder) {
            assertThat(lines)
                    .containsExactlyElementsOf(IntStream.rangeClosed(1, INPUTS)
                            .mapToObj(Integer::toString)
                            .toList());
        } else {
            assertThat(new HashSet<>(lines)).hasSize(INPUTS);
        }
    }

    private static void slot(int number, Lots lots, int most, AtomicLong clock, SplittableRandom random)
            throws IOException {
        var open = new ArrayDeque<Attempt>();
        for (Lot lot = lots.next(number); lot != null; lot = lots.next(number)) {
            while (true) {
                for (Attempt next = lot.begin(); next != null; next = open.size() < most ? lot.begin() : null) {
                    open.add(next);
                }
                if (most > 1 && lots.refill(lot, open.size())) {
                    continue;
                }
                Attempt attempt = open.poll();
                if (attempt == null) {
                    break;
                }
                // Mostly some microseconds; sometimes so long that others have to look after the lot.
                clock.addAndGet(random.nextInt(100) == 0 ? random.nextLong(30_000_000) : random.nextLong(5_000));
                boolean ok = attempt.number() > failures(attempt.input().index());
                byte[] output = (attempt.input().index() + "\n").getBytes(StandardCharsets.US_ASCII);
                lots.end(lot, LotTest.ended(attempt, number, ok ? Outcome.Result.OK : Outcome.Result.FAILED, output));
            }
            lots.end(lot);
        }
    }

    /** How often an input fails before it goes well. */
    private static int failures(long index) {
        return index % 7 == 0 ? 1 : index % 11 == 0 ? 2 : 0;
    }
}
