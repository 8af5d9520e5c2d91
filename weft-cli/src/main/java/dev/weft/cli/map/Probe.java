package dev.weft.cli.map;

import dev.weft.cli.map.advice.Advice;
import dev.weft.cli.map.advice.AdviceJson;
import dev.weft.cli.map.advice.Advisor;
import dev.weft.cli.map.advice.CostModel;
import dev.weft.cli.map.advice.Measured;
import dev.weft.cli.map.advice.Meter;
import dev.weft.cli.map.input.Input;
import dev.weft.cli.map.run.Call;
import dev.weft.cli.map.run.Model;
import dev.weft.cli.map.run.Plan;
import dev.weft.cli.map.run.SlotThreads;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Chooses the model by the first calls, whose results count as all others do.
 *
 * <p>The first slots are platform threads, whose processor time can be read. Once it has chosen, {@link #now} and what
 * later slots run on follow; those that run already stay what they are. Where it has chosen virtual threads, their
 * number goes on to follow what is completed. The choice is made once, under {@code this}, by whichever slot ends the
 * call with which enough is known.
 */
final class Probe implements Call, SlotThreads.Chosen, Plan.Jobs {
    private static final double LEAST_SECONDS = 0.1;
    private static final int MOST_CALLS = 2_000;
    private static final int LEAST_CALLS = 3;

    /** The run does not know how many inputs there will be: so many that what it costs to start does not matter. */
    private static final long MANY = 1_000_000;

    private final Call call;
    private final Metered metered;
    private final Meter meter = new Meter();
    private final Plan.Jobs asked;
    private final boolean fixed;
    private final Plan.Jobs virtual = waiting(Runtime.getRuntime().availableProcessors());
    private final Consumer<String> say;
    private final AtomicLong after = new AtomicLong();
    private volatile @Nullable Advice advice;
    private volatile long decidedAt;

    /**
     * Makes a probe.
     *
     * @param call what is called
     * @param asked how many at once until it has chosen, and later if that is fixed
     * @param fixed whether somebody has said how many at once
     * @param say told in a sentence what was chosen
     */
    Probe(Call call, Plan.Jobs asked, boolean fixed, Consumer<String> say) {
        this.call = call;
        this.metered = new Metered(call, meter);
        this.asked = asked;
        this.fixed = fixed;
        this.say = say;
    }

    /** {@return how many virtual threads at once, beginning with many} */
    static Plan.Jobs waiting(int processors) {
        return JobsOption.adaptive(Model.WAITING, processors, 16 * Model.WAITING);
    }

    @Override
    public int now() {
        Advice chosen = advice;
        return chosen == null || fixed ? asked.now() : chosen.model() == Model.VIRTUAL ? virtual.now() : chosen.jobs();
    }

    @Override
    public void ended(boolean ok, int running) {
        if (isVirtual() && !fixed) {
            virtual.ended(ok, running);
        }
    }

    @Override
    public boolean isVirtual() {
        Advice chosen = advice;
        return chosen != null && chosen.model() == Model.VIRTUAL;
    }

    @Override
    public Answer call(Input input, Place place) throws Exception {
        if (advice != null) {
            after.incrementAndGet();
            return call.call(input, place);
        }
        Answer answer = metered.call(input, place);
        long calls = meter.calls();
        if ((calls >= LEAST_CALLS && meter.seconds() >= LEAST_SECONDS) || calls >= MOST_CALLS) {
            choose();
        }
        return answer;
    }

    private synchronized void choose() {
        if (advice != null) {
            return;
        }
        Advice rule = Advisor.advise(meter.measured(), MANY);
        Advice chosen = fixed ? rule.with(asked.now()) : rule;
        decidedAt = System.nanoTime();
        advice = chosen;
        meter.close();
        say.accept(chosen.sentence());
    }

    /** Writes down what was expected and what came of it. */
    void write(Path file, String run) {
        Advice chosen = advice;
        AdviceJson.Outcome outcome = null;
        if (chosen == null) {
            Measured measured = meter.measured();
            chosen = new Advice(
                    measured,
                    0,
                    Model.THREADS,
                    now(),
                    Advice.Because.UNKNOWN,
                    "the inputs ended before enough of them had been measured",
                    CostModel.all(measured, 0));
        } else if (after.get() > 0) {
            outcome = new AdviceJson.Outcome(after.get(), (System.nanoTime() - decidedAt) / 1e9);
        }
        try {
            Files.writeString(file, AdviceJson.write(chosen, run, null, null, outcome));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + file, e);
        }
    }

    @Override
    public void kill() {
        call.kill();
    }

    @Override
    public boolean isOftenShort() {
        return call.isOftenShort();
    }

    @Override
    public void close() {
        metered.close();
    }
}
