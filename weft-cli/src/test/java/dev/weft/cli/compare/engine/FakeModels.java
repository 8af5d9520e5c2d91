package dev.weft.cli.compare.engine;

import dev.weft.cli.compare.model.Execution;
import dev.weft.cli.compare.model.Model;
import dev.weft.cli.compare.model.Pass;
import dev.weft.cli.compare.work.Access;
import dev.weft.cli.compare.work.Trace;
import dev.weft.cli.compare.work.Work;
import dev.weft.cli.compare.workload.Workload;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/** Models that take the time they are told to, on a clock that only they move. */
final class FakeModels {
    static final long MILLI = 1_000_000;

    /**
     * The pass that is round 1 of a model that costs little, where the plan leaves no time to warm up: a short look and
     * a full pass precede it.
     */
    static final int FIRST_ROUND = 2;

    final List<String> log = new ArrayList<>();
    final Map<Model, Execution> executions = new EnumMap<>(Model.class);
    long now;

    record Task(int number) implements Work {
        @Override
        public String label() {
            return "task " + number;
        }

        @Override
        public long run(Access access) {
            throw new AssertionError("fakes run nothing");
        }
    }

    /** What one pass of a fake does; the pass is counted from 0 and includes the warm-up. */
    record Behaviour(double millis, long result, List<Pass.Loss> losses) {
        static Behaviour takes(double millis) {
            return new Behaviour(millis, 42, List.of());
        }
    }

    static Workload workload(int tasks) {
        return new Workload(
                "fake",
                "Fake",
                "Fakes.",
                "task",
                Map.of(),
                IntStream.range(0, tasks).mapToObj(Task::new).toList(),
                2,
                "because",
                true);
    }

    void add(Model model, IntFunction<Behaviour> behaviour) {
        executions.put(model, execution(model.id(), behaviour));
    }

    Execution execution(String name, IntFunction<Behaviour> behaviour) {
        return new Execution() {
            private int passes;

            @Override
            public Pass run(List<? extends Work> tasks) {
                Behaviour pass = behaviour.apply(passes++);
                log.add(name + ":" + tasks.size());
                long nanos = (long) (pass.millis() * MILLI);
                long start = now;
                now += nanos;
                List<Trace> traces = new ArrayList<>();
                for (int i = 0; i < tasks.size(); i++) {
                    long share = nanos / tasks.size();
                    traces.add(new Trace(1, start + i * share, new long[] {0, 0, share}, pass.result(), null));
                }
                for (Pass.Loss _ : pass.losses()) {
                    traces.set(0, null);
                }
                return new Pass(start, nanos, traces, pass.losses());
            }

            @Override
            public String explanation() {
                return "a fake";
            }

            @Override
            public long startNanos() {
                return 0;
            }

            @Override
            public List<Long> workers() {
                return List.of();
            }

            @Override
            public void close() {}
        };
    }

    Measurement measurement(int tasks, Plan plan, long seed) {
        Meter meter = new Meter() {
            @Override
            public void start(List<Long> workers) {}

            @Override
            public Usage stop() {
                return new Usage(MILLI, 1_000);
            }
        };
        return new Measurement(
                workload(tasks),
                executions,
                plan,
                new Random(seed),
                () -> now,
                meter,
                () -> {},
                new Samples(),
                (model, round, secondsLeft) -> log.add("pass " + round + " " + model.id()));
    }
}
