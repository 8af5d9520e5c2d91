package dev.weft.loop.kernel;

import dev.weft.inspect.JsonLine;
import dev.weft.inspect.Request;
import dev.weft.inspect.RequestException;
import dev.weft.inspect.Source;
import dev.weft.loop.jdk.JdkAccess;
import dev.weft.loop.jdk.ThreadCounters;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Answers the requests of one connection. Belongs to the listener's thread. */
final class InspectionSession implements Source.Session {
    private static final AtomicLong SNAPSHOTS = new AtomicLong();
    private static final int MOST = Integer.MAX_VALUE;
    private static final int USUAL_FOLD = 20;
    private static final int USUAL_PLACES = 1_000;
    private static final int USUAL_TOP = 30;
    private static final int MOST_TRACE_SECONDS = 600;

    /** Counts for this connection; begun with its first request for it. */
    private @Nullable TopAnswers top;

    private @Nullable TraceAnswer trace;

    @Override
    public Source.Answer answer(Request request) throws RequestException {
        return switch (request.word()) {
            case "hello" ->
                out -> {
                    int tasks = 0;
                    for (LoopCore loop : LoopCore.live()) {
                        tasks += loop.tasks().size();
                    }
                    process(
                            out,
                            LoopCore.live().size(),
                            tasks,
                            PoolRegistry.open().size(),
                            0);
                    end(out, 0);
                    return false;
                };
            case "snapshot" ->
                new SnapshotAnswer(
                        SNAPSHOTS.incrementAndGet(),
                        request.number("fold", USUAL_FOLD, MOST),
                        request.number("places", USUAL_PLACES, MOST),
                        request.number("stacks", 0, 1) == 1,
                        request.text("around"));
            case "top" -> {
                TopAnswers counting = top;
                if (counting == null) {
                    counting = new TopAnswers();
                    top = counting;
                }
                yield counting.next(SNAPSHOTS.incrementAndGet(), request.number("count", USUAL_TOP, MOST));
            }
            case "trace" -> {
                endTrace();
                Duration time = Duration.ofSeconds(request.number("seconds", 5, MOST_TRACE_SECONDS));
                var begun = new TraceAnswer(time);
                trace = begun;
                yield begun;
            }
            default ->
                throw new RequestException(
                        "unknown request '" + request.word() + "'; there are hello, snapshot, top and trace");
        };
    }

    private void endTrace() {
        TraceAnswer begun = trace;
        if (begun != null) {
            begun.close();
            trace = null;
        }
    }

    @Override
    public void close() {
        endTrace();
        TopAnswers counting = top;
        if (counting != null) {
            counting.close();
            top = null;
        }
    }

    // ---- lines that answers share

    static void process(StringBuilder out, int loops, int tasks, int pools, long snapshot) {
        ProcessHandle self = ProcessHandle.current();
        String command = System.getProperty("sun.java.command", "");
        int blank = command.indexOf(' ');
        Runtime runtime = Runtime.getRuntime();
        var line = new JsonLine(out, "process")
                .put("protocol", Request.VERSION)
                .put("pid", self.pid())
                .put("main", blank < 0 ? command : command.substring(0, blank))
                .put("jdk", Runtime.version().toString())
                .put("scheduler", JdkAccess.available() ? "loop" : "portable")
                .put("processors", runtime.availableProcessors())
                .put("heapUsed", runtime.totalMemory() - runtime.freeMemory())
                .put("heapMost", runtime.maxMemory())
                .put("loops", loops)
                .put("tasks", tasks)
                .put("pools", pools);
        self.info().user().ifPresent(user -> line.put("user", user));
        self.info()
                .startInstant()
                .ifPresent(start -> line.put("started", start.toString())
                        .seconds(
                                "age",
                                Math.max(
                                        0,
                                        Duration.between(start, Instant.now()).toNanos())));
        if (snapshot != 0) {
            line.put("snapshot", snapshot);
        }
        line.end();
    }

    static void loop(StringBuilder out, LoopCore loop, int tasks, int waiting) {
        Thread pump = loop.pump;
        boolean running = loop.stepNow() >= 0;
        Strand strand = running ? loop.strandNow() : null;
        LoopTask<?> task = strand == null ? null : strand.task;
        long held = Inspection.heldFor(loop);
        long cpu = pump == null ? ThreadCounters.UNKNOWN : ThreadCounters.cpuOf(pump);
        var line = new JsonLine(out, "loop")
                .put("id", Integer.toString(loop.number))
                .put("name", loop.name())
                .put("state", loop.isClosed() ? "ended" : running ? "running" : "resting")
                .put("scheduler", loop.isPortable() ? "portable" : "loop")
                .put("thread", pump == null ? null : pump.getName())
                .put("tasks", tasks)
                .put("waiting", waiting)
                .put("ready", loop.stepsReady())
                .put("timers", loop.timers.size())
                .put("begun", Integer.toUnsignedLong(loop.tasksBegun))
                .put("steps", loop.steps);
        if (task != null) {
            line.put("in", loop.number + "." + Integer.toUnsignedString(task.number));
        }
        if (held > TimeUnit.SECONDS.toNanos(1)) {
            line.seconds("heldFor", held);
        }
        if (cpu != ThreadCounters.UNKNOWN) {
            line.seconds("cpu", cpu);
        }
        line.end();
    }

    static void account(JsonLine line, LoopWatch.Account account, boolean portable) {
        line.put("steps", account.steps).seconds("busy", account.nanos);
        if (!portable) {
            line.seconds("cpu", account.cpu).put("allocated", account.allocated);
        }
    }

    static void end(StringBuilder out, long snapshot) {
        var line = new JsonLine(out, "end");
        if (snapshot != 0) {
            line.put("snapshot", snapshot);
        }
        line.end();
    }
}
