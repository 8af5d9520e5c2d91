package dev.weft.cli.map;

import dev.weft.cli.function.FunctionCall;
import dev.weft.cli.function.FunctionFinder;
import dev.weft.cli.function.FunctionSpec;
import dev.weft.cli.function.FunctionWork;
import dev.weft.cli.function.ProcessCall;
import dev.weft.cli.map.input.Input;
import dev.weft.cli.map.input.Value;
import dev.weft.cli.map.run.Model;
import dev.weft.cli.map.run.Plan;
import dev.weft.cli.map.run.SlotThreads;
import dev.weft.cli.map.run.Work;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A call of a Java function for each input.
 *
 * @param name how the function is named
 * @param classPath where it is, beside that
 * @param arguments a word for each of its arguments; null if they are the values of the input
 * @param model how calls are run
 * @param cluster the credentials for a cluster, if that is the model
 * @param fixed whether somebody has said how many at once
 * @param say told what is chosen, where that is left to the program
 */
record FunctionJob(
        String name,
        String classPath,
        @Nullable Template arguments,
        Model model,
        @Nullable Path cluster,
        boolean fixed,
        Consumer<String> say)
        implements Job {
    @Override
    public Work work(Plan plan) {
        FunctionSpec spec = FunctionFinder.find(name, classPath);
        Work.Words words = arguments == null ? null : arguments::fill;
        int count = arguments == null ? -1 : arguments.count();
        int jobs = plan.jobs().now();
        Duration limit = plan.timeLimit().fixed();
        return switch (model) {
            case AUTO -> {
                var probe = new Probe(FunctionCall.load(spec, words, count), plan.jobs(), fixed, say);
                yield new Work.Calls("call", probe, SlotThreads.chosen(probe), probe);
            }
            case SEQUENTIAL, THREADS ->
                new Work.Calls("call", FunctionCall.load(spec, words, count), SlotThreads.platform(0));
            case VIRTUAL -> new Work.Calls("call", FunctionCall.load(spec, words, count), SlotThreads.virtual());
            case LOOP -> new Work.Calls("call", FunctionCall.load(spec, words, count), SlotThreads.loop());
            case PROCESSES ->
                new Work.Calls(
                        "call",
                        ProcessCall.start(spec, words, count, jobs, 0, limit, plan.killGrace()),
                        SlotThreads.virtual());
            case CLUSTER ->
                new Work.Calls(
                        "call",
                        ProcessCall.startOnCluster(
                                Objects.requireNonNull(cluster), spec, words, count, jobs, limit, plan.killGrace()),
                        SlotThreads.virtual());
            case HYBRID -> {
                int workers = Math.clamp(jobs, 1, Runtime.getRuntime().availableProcessors());
                int perLoop = (jobs + workers - 1) / workers;
                yield new Work.Calls(
                        "call",
                        ProcessCall.start(spec, words, count, workers, perLoop, limit, plan.killGrace()),
                        SlotThreads.virtual());
            }
        };
    }

    @Override
    public List<FunctionWork> tasks(List<Input> inputs) {
        FunctionSpec spec = FunctionFinder.find(name, classPath);
        int count = arguments == null ? -1 : arguments.count();
        return inputs.stream()
                .map(input -> new FunctionWork(
                        spec,
                        count,
                        input.index(),
                        input.values(),
                        arguments == null ? null : arguments.fill(input, 1)))
                .toList();
    }

    @Override
    public String line(Input input) {
        List<String> texts =
                arguments == null ? input.values().stream().map(Value::text).toList() : arguments.fill(input, 1);
        return name + texts.stream().map(Template::quoted).collect(Collectors.joining(", ", "(", ")"));
    }
}
