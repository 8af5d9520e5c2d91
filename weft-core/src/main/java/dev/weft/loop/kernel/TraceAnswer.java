package dev.weft.loop.kernel;

import dev.weft.inspect.JsonLine;
import dev.weft.inspect.RequestException;
import dev.weft.inspect.Source;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The steps of all loops for a time, as they happen. Belongs to the listener's thread. One at a time, since each step
 * is told once.
 */
final class TraceAnswer implements Source.Answer {
    private static final int MOST_AT_ONCE = 256;

    private final Onlookers onlookers;
    private final long begin;
    private final long end;
    private boolean over;

    TraceAnswer(Duration time) throws RequestException {
        Onlookers here = Onlookers.current();
        if (here != null && here.isTracing()) {
            throw new RequestException("somebody else takes a trace of this process at the moment; try again later");
        }
        onlookers = Onlookers.enter();
        onlookers.trace(true);
        begin = System.nanoTime();
        end = begin + time.toNanos();
    }

    @Override
    public boolean write(StringBuilder out) {
        boolean last = System.nanoTime() - end >= 0;
        int count = 0;
        for (LoopWatch watch : onlookers.watches()) {
            for (LoopWatch.Step step = watch.nextStep();
                    step != null && step.begin() - end <= 0;
                    step = watch.nextStep()) {
                write(out, watch, step);
                if (++count == MOST_AT_ONCE) {
                    return true;
                }
            }
        }
        if (!last) {
            return true;
        }
        long dropped = 0;
        for (LoopWatch watch : onlookers.watches()) {
            dropped += watch.dropped();
        }
        new JsonLine(out, "end")
                .put("dropped", dropped)
                .seconds("interval", end - begin)
                .end();
        close();
        return false;
    }

    private void write(StringBuilder out, LoopWatch watch, LoopWatch.Step step) {
        LoopTask<?> task = step.task();
        var line = new JsonLine(out, "step")
                .put("loop", Integer.toString(watch.loop().number))
                .put("loopName", watch.loop().name());
        if (task != null) {
            line.put("task", task.loop().number + "." + Integer.toUnsignedString(task.number))
                    .put("name", task.name());
        }
        line.seconds("begin", step.begin() - begin)
                .seconds("seconds", step.end() - step.begin())
                .put("then", then(step))
                .put("waitsFor", waitsFor(step))
                .end();
    }

    private static String then(LoopWatch.Step step) {
        return switch (step.then()) {
            case READY -> "ready";
            case WAITS, WAITS_IN_JDK -> "waiting";
            case ENDED -> "ended";
        };
    }

    /** In a few words, since there are many steps; and what is waited for may be over by now. */
    private static @Nullable String waitsFor(LoopWatch.Step step) {
        return switch (step.blocker()) {
            case null -> step.then() == LoopWatch.Then.WAITS_IN_JDK ? "something in the JDK" : null;
            case String words -> words;
            case TaskCore<?> task -> task.name();
            case GroupImpl _ -> "the tasks of its group";
            case Object blocker -> blocker.getClass().getSimpleName();
        };
    }

    void close() {
        if (!over) {
            over = true;
            onlookers.trace(false);
            onlookers.leave();
        }
    }
}
