package dev.weft.cli.map;

import dev.weft.cli.function.FunctionCall;
import dev.weft.cli.function.FunctionFinder;
import dev.weft.cli.function.FunctionSpec;
import dev.weft.cli.function.ProcessCall;
import dev.weft.cli.map.input.Input;
import dev.weft.cli.map.input.Value;
import dev.weft.cli.map.run.Plan;
import dev.weft.cli.map.run.SlotThreads;
import dev.weft.cli.map.run.Work;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A call of a Java function for each input.
 *
 * @param name how the function is named
 * @param classPath where it is, beside that
 * @param arguments a word for each of its arguments; null if they are the values of the input
 * @param model how calls are run
 */
record FunctionJob(String name, String classPath, @Nullable Template arguments, Model model) implements Job {
    @Override
    public Work work(Plan plan) {
        FunctionSpec spec = FunctionFinder.find(name, classPath);
        Work.Words words = arguments == null ? null : arguments::fill;
        int count = arguments == null ? -1 : arguments.count();
        int jobs = plan.jobs().now();
        Duration limit = plan.timeLimit().fixed();
        return switch (model) {
            case SEQUENTIAL, THREADS, AUTO ->
                new Work.Calls("call", FunctionCall.load(spec, words, count), SlotThreads.platform(0));
            case VIRTUAL -> new Work.Calls("call", FunctionCall.load(spec, words, count), SlotThreads.virtual());
            case LOOP -> new Work.Calls("call", FunctionCall.load(spec, words, count), SlotThreads.loop());
            case PROCESSES ->
                new Work.Calls(
                        "call",
                        ProcessCall.start(spec, words, count, jobs, 0, limit, plan.killGrace()),
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
    public String line(Input input) {
        List<String> texts =
                arguments == null ? input.values().stream().map(Value::text).toList() : arguments.fill(input, 1);
        return name + texts.stream().map(Template::quoted).collect(Collectors.joining(", ", "(", ")"));
    }
}
