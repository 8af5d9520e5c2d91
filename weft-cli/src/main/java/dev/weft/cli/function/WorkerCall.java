package dev.weft.cli.function;

import dev.weft.Job;
import dev.weft.cli.CliException;
import dev.weft.cli.map.input.Value;
import dev.weft.cli.map.run.Call;
import dev.weft.cli.map.run.Captured;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A call as it travels to a worker, which loads the function at the first one.
 *
 * @param spec where the function is
 * @param arguments how many arguments it is given; -1 if that is up to the inputs
 * @param values the values of the input; null to load the function only
 * @param texts what the command line makes of them; null if that says nothing
 * @param spill where output may be put that is too large for memory
 */
record WorkerCall(
        FunctionSpec spec,
        int arguments,
        @Nullable List<Value> values,
        @Nullable List<String> texts,
        String spill) implements Job<byte[]> {
    /** The functions of this worker; there is one, but for tests. */
    private static final Map<FunctionSpec, LoadedFunction> LOADED = new ConcurrentHashMap<>();

    /** Whether files of this worker are not those of the program: on another machine. */
    private static final boolean ON_CLUSTER = System.getProperty("weft.cluster.files") != null;

    private static final AtomicLong SPILLS = new AtomicLong();

    @Override
    public byte[] call() throws InterruptedException {
        return AnswerBytes.write(call(spec, arguments, values, texts, () -> Path.of(spill)));
    }

    /** Makes a call in this worker. */
    static Call.Answer call(
            FunctionSpec spec,
            int arguments,
            @Nullable List<Value> values,
            @Nullable List<String> texts,
            Supplier<Path> spill)
            throws InterruptedException {
        try {
            LoadedFunction function = LOADED.get(spec);
            if (function == null) {
                function = LOADED.computeIfAbsent(spec, each -> LoadedFunction.load(each, arguments));
            }
            if (values == null) {
                return Call.Answer.ok(Captured.nothing(), Captured.nothing(), false, -1);
            }
            return ON_CLUSTER
                    ? AnswerBytes.inMemory(
                            function.call(values, texts, () -> Path.of("output-" + SPILLS.incrementAndGet())))
                    : function.call(values, texts, spill);
        } catch (IOException e) {
            return Call.Answer.failed("what it has printed cannot be read again: " + e, 1, Captured.nothing());
        } catch (CliException e) {
            return Call.Answer.failed(String.valueOf(e.getMessage()), 1, Captured.nothing());
        }
    }
}
