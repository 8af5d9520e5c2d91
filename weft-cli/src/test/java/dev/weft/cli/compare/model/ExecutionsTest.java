package dev.weft.cli.compare.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.cli.compare.work.Access;
import dev.weft.cli.compare.work.Trace;
import dev.weft.cli.compare.work.Work;
import dev.weft.cli.compare.workload.PrimeRange;
import dev.weft.cli.compare.workload.Workload;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(60)
class ExecutionsTest {
    private final Executions executions = new Executions(2);

    /** Fails as an unreadable input does. */
    record Failing() implements Work {
        @Override
        public String label() {
            return "the failing one";
        }

        @Override
        public long run(Access access) throws IOException {
            throw new IOException("the disk is on fire");
        }
    }

    @AfterEach
    void close() {
        executions.close();
    }

    private static Workload workload(List<? extends Work> tasks, int threads) {
        return new Workload("w", "W", "", "range", Map.of(), tasks, threads, "because", true);
    }

    private static List<PrimeRange> ranges(int count, int size) {
        return IntStream.range(0, count)
                .mapToObj(i -> new PrimeRange(i + 1, i * size, (i + 1) * size))
                .toList();
    }

    @ParameterizedTest
    @EnumSource(names = {"SEQUENTIAL", "THREADS", "GIL", "VIRTUAL", "LOOP"})
    void everyModelRunsAllTasksOnceAndKeepsTheirOrder(Model model) throws Exception {
        List<PrimeRange> tasks = ranges(20, 100);
        try (Execution execution = executions.open(model, workload(tasks, 3))) {
            execution.run(tasks);
            Pass pass = execution.run(tasks);

            assertThat(pass.losses()).isEmpty();
            assertThat(pass.traces()).extracting(Trace::result).startsWith(25L, 21L, 16L, 16L, 17L, 14L);
            assertThat(pass.traces()).extracting(Trace::failure).containsOnlyNulls();
            assertThat(pass.traces())
                    .allSatisfy(
                            trace -> assertThat(trace.start()).isBetween(pass.start(), pass.start() + pass.nanos()));
            assertThat(execution.explanation()).isNotEmpty();
            assertThat(execution.workers()).isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"SEQUENTIAL", "THREADS", "GIL", "VIRTUAL", "LOOP"})
    void taskThatFailsIsAResultLikeTheOthers(Model model) throws Exception {
        List<Work> tasks = List.of(new PrimeRange(1, 0, 100), new Failing(), new PrimeRange(2, 0, 10));
        try (Execution execution = executions.open(model, workload(tasks, 2))) {
            Pass pass = execution.run(tasks);

            assertThat(pass.traces())
                    .extracting(Trace::failure)
                    .containsExactly(null, "IOException: the disk is on fire", null);
            assertThat(pass.traces()).extracting(Trace::result).containsExactly(25L, 0L, 4L);
        }
    }

    @Test
    void underTheGlobalLockNoTwoTasksComputeAtTheSameMoment() throws Exception {
        List<PrimeRange> tasks = ranges(6, 60_000);
        try (Execution execution = executions.open(Model.GIL, workload(tasks, 3))) {
            Pass pass = execution.run(tasks);

            record Stretch(long start, long end) {}
            List<Stretch> computing = new ArrayList<>();
            for (Trace trace : pass.traces()) {
                long[] marks = trace.marks();
                for (int i = 2; i < marks.length; i += 2) {
                    computing.add(new Stretch(trace.start() + marks[i - 1], trace.start() + marks[i]));
                }
            }
            computing.sort(Comparator.comparingLong(Stretch::start));
            for (int i = 1; i < computing.size(); i++) {
                assertThat(computing.get(i).start())
                        .isGreaterThanOrEqualTo(computing.get(i - 1).end());
            }
            assertThat(computing).hasSizeGreaterThanOrEqualTo(6);
        }
    }

    @Test
    void threadsHaveLanesOfTheirOwn() throws Exception {
        List<PrimeRange> tasks = ranges(40, 20_000);
        try (Execution sequential = executions.open(Model.SEQUENTIAL, workload(tasks, 2));
                Execution virtual = executions.open(Model.VIRTUAL, workload(tasks, 2))) {
            assertThat(sequential.run(tasks).traces())
                    .extracting(Trace::lane)
                    .containsOnly(Thread.currentThread().threadId());
            assertThat(virtual.run(tasks).traces()).extracting(Trace::lane).containsOnly(0L);
        }
    }
}
