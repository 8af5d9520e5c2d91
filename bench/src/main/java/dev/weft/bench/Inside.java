package dev.weft.bench;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** Runs the JMH benchmarks of this module, each in JVMs of its own. */
final class Inside {
    private Inside() {}

    static List<InsideResult> run() throws RunnerException {
        List<String> jvmFlags = new ArrayList<>(Plan.JVM_FLAGS);
        jvmFlags.add(Plan.OPENS);
        jvmFlags.add("--sun-misc-unsafe-memory-access=allow"); // JMH's own
        var options = new OptionsBuilder()
                .include("dev\\.weft\\.bench\\.inside\\..*")
                .forks(2)
                .warmupIterations(3)
                .warmupTime(TimeValue.milliseconds(500))
                .measurementIterations(5)
                .measurementTime(TimeValue.milliseconds(500))
                .jvmArgs(jvmFlags.toArray(String[]::new))
                .addProfiler(GCProfiler.class)
                .verbosity(VerboseMode.SILENT)
                .shouldFailOnError(true)
                .build();
        Collection<RunResult> results = new Runner(options).run();
        return results.stream()
                .map(Inside::result)
                .sorted(Comparator.comparing(InsideResult::benchmark))
                .toList();
    }

    private static InsideResult result(RunResult result) {
        String method = result.getParams().getBenchmark();
        String name = method.substring(method.lastIndexOf('.', method.lastIndexOf('.') - 1) + 1);
        for (String parameter : result.getParams().getParamsKeys()) {
            name += ", " + parameter + " " + result.getParams().getParam(parameter);
        }
        Result<?> time = result.getPrimaryResult();
        Result<?> allocated = result.getSecondaryResults().get("gc.alloc.rate.norm");
        return new InsideResult(
                name, time.getScore(), time.getScoreError(), allocated == null ? Double.NaN : allocated.getScore());
    }
}
