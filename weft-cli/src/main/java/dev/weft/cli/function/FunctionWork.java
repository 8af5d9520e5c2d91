package dev.weft.cli.function;

import dev.weft.cli.compare.work.Access;
import dev.weft.cli.compare.work.Work;
import dev.weft.cli.map.input.Input;
import dev.weft.cli.map.input.Value;
import dev.weft.cli.map.run.Call;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/**
 * A call of a function of the user, as a task of a comparison.
 *
 * <p>What it waits for is the function's business, so only how long is known: what it takes without computing. The
 * processor time of a virtual thread is not told; there, it is taken to be what the same call, or else a usual one,
 * needed in a platform thread of the same process.
 *
 * @param spec where the function is
 * @param arguments how many arguments it is given; -1 if that is up to the inputs
 * @param index the number of the input
 * @param values the values of the input
 * @param texts what the command line makes of them; null if that says nothing
 */
public record FunctionWork(
        FunctionSpec spec,
        int arguments,
        long index,
        List<Value> values,
        @Nullable List<String> texts) implements Work {
    private static final Map<FunctionSpec, LoadedFunction> LOADED = new ConcurrentHashMap<>();
    private static final Map<Long, Long> CPU_NANOS = new ConcurrentHashMap<>();
    private static final LongAdder ALL_CPU_NANOS = new LongAdder();
    private static final LongAdder CALLS = new LongAdder();

    /** Copies the lists, for what is sent to workers. */
    public FunctionWork {
        values = List.copyOf(values);
        texts = texts == null ? null : List.copyOf(texts);
    }

    @Override
    public String label() {
        return "input " + index + " (" + new Input(index, values).text() + ")";
    }

    @Override
    public long run(Access access) throws IOException, InterruptedException {
        LoadedFunction function = LOADED.computeIfAbsent(spec, each -> LoadedFunction.load(each, arguments));
        long begin = System.nanoTime();
        Call.Answer answer = function.call(
                values,
                texts,
                () -> Path.of(
                        System.getProperty("java.io.tmpdir"),
                        "weft-" + ProcessHandle.current().pid() + "-" + index));
        long nanos = System.nanoTime() - begin;
        long cpu = answer.cpuNanos();
        if (cpu >= 0) {
            CPU_NANOS.put(index, cpu);
            ALL_CPU_NANOS.add(cpu);
            CALLS.increment();
        } else {
            long usual = CALLS.sum() == 0 ? nanos : ALL_CPU_NANOS.sum() / CALLS.sum();
            cpu = Math.min(nanos, CPU_NANOS.getOrDefault(index, usual));
        }
        access.waited(nanos - cpu);
        var checksum = new CRC32();
        try (InputStream output = answer.output().open()) {
            checksum.update(output.readAllBytes());
        }
        answer.output().delete();
        answer.error().delete();
        if (answer.failure() != null) {
            throw new IOException(answer.failure());
        }
        return checksum.getValue();
    }
}
