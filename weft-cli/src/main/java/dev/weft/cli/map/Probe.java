package dev.weft.cli.map;

import dev.weft.cli.map.input.Input;
import dev.weft.cli.map.run.Call;
import dev.weft.cli.map.run.Plan;
import dev.weft.cli.map.run.SlotThreads;
import dev.weft.cli.text.JsonText;
import dev.weft.cli.text.Words;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;

/**
 * Chooses between threads and virtual threads by the first calls, whose results count as all others do: what waits more than half as long as it
 * computes gets virtual threads, many at once; what computes stays on as many platform threads as there are processors.
 *
 * <p>The first slots are platform threads, whose processor time can be read. Once it has chosen, {@link #jobs} and what later slots run on
 * follow. All state is under {@code this}.
 */
final class Probe implements Call, SlotThreads.Chosen {
    /** From when on a call counts as one that waits: its time by its processor time. */
    private static final double WAITS = 1.5;

    private static final long LEAST_NANOS = 100_000_000L;
    private static final int MOST_CALLS = 200;
    private static final int LEAST_CALLS = 3;

    private final Call call;
    private final int processors = Runtime.getRuntime().availableProcessors();
    private final Plan.Jobs asked;
    private final Consumer<String> say;
    private final long begin = System.nanoTime();
    private int calls;
    private long wall;
    private long cpu;
    private volatile boolean decided;
    private volatile boolean virtual;
    private long after;
    private long decidedAt;

    /**
     * Makes a probe.
     *
     * @param call what is called
     * @param asked how many at once if it computes
     * @param say told in a sentence what was chosen
     */
    Probe(Call call, Plan.Jobs asked, Consumer<String> say) {
        this.call = call;
        this.asked = asked;
        this.say = say;
    }

    /** {@return how many at once, now} */
    int jobs() {
        return virtual ? Math.max(Model.WAITING, asked.now()) : asked.now();
    }

    @Override
    public boolean isVirtual() {
        return virtual;
    }

    @Override
    public Answer call(Input input, Place place) throws Exception {
        if (decided) {
            count();
            return call.call(input, place);
        }
        long start = System.nanoTime();
        Answer answer = call.call(input, place);
        if (answer.failure() == null && answer.cpuNanos() >= 0) {
            measured(System.nanoTime() - start, answer.cpuNanos());
        }
        return answer;
    }

    private synchronized void count() {
        after++;
    }

    private synchronized void measured(long took, long computed) {
        if (decided) {
            after++;
            return;
        }
        calls++;
        wall += took;
        cpu += computed;
        boolean enough = calls >= LEAST_CALLS && System.nanoTime() - begin >= LEAST_NANOS;
        if (enough || calls >= MOST_CALLS) {
            virtual = wall > WAITS * cpu;
            decidedAt = System.nanoTime();
            decided = true;
            say.accept(sentence());
        }
    }

    private String sentence() {
        String measured = Words.count(calls, "call") + " took " + Words.time(wall / 1e9 / calls) + " each, "
                + Words.percent(Math.min(1, (double) cpu / Math.max(1, wall))) + " of it computing";
        return virtual
                ? "virtual threads, " + jobs() + " at once: " + measured + ", and what waits costs no processor"
                : "threads, " + jobs() + " at once on " + Words.count(processors, "processor") + ": " + measured
                        + ", and more at once would only share the processors";
    }

    /** Writes down what was expected and what came of it. */
    synchronized void write(Path file) {
        var json = new JsonText().object().name("calls").value(calls);
        json.name("secondsPerCall").seconds(calls == 0 ? 0 : wall / calls);
        json.name("cpuSecondsPerCall").seconds(calls == 0 ? 0 : cpu / calls);
        json.name("chosen").value(!decided ? "too few inputs" : virtual ? "virtual" : "threads");
        json.name("jobs").value(jobs());
        long perCall = calls == 0 ? 0 : (virtual ? wall : Math.max(cpu, wall)) / calls;
        json.name("predictedSecondsPerInput").seconds(perCall / Math.max(1, jobs()));
        json.name("inputsAfterwards").value(after);
        json.name("secondsPerInput").seconds(after == 0 ? 0 : (System.nanoTime() - decidedAt) / after);
        try {
            Files.writeString(file, json.endObject() + "\n");
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + file, e);
        }
    }

    @Override
    public void close() {
        call.close();
    }
}
