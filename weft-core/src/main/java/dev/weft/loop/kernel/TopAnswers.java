package dev.weft.loop.kernel;

import dev.weft.inspect.JsonLine;
import dev.weft.inspect.Source;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.List;

/**
 * Which tasks compute most: counts from the first question of one connection to its end. Belongs to the listener's
 * thread.
 */
final class TopAnswers {
    private record Use(LoopTask<?> task, LoopWatch.Account account, long recent) {}

    private final Onlookers onlookers = Onlookers.enter();
    private long last = System.nanoTime();

    /** What each task had used at the last question. */
    private IdentityHashMap<LoopTask<?>, Long> before = new IdentityHashMap<>();

    /** {@return those who have computed most since the last question} */
    Source.Answer next(long number, int count) {
        long now = System.nanoTime();
        long interval = now - last;
        last = now;
        List<Use> uses = new ArrayList<>();
        IdentityHashMap<LoopTask<?>, Long> used = new IdentityHashMap<>();
        for (LoopWatch watch : onlookers.watches()) {
            boolean portable = watch.loop().isPortable();
            watch.accounts().forEach((task, account) -> {
                long use = portable ? account.nanos : account.cpu;
                used.put(task, use);
                uses.add(new Use(task, account, use - before.getOrDefault(task, 0L)));
            });
        }
        before = used;
        uses.sort(Comparator.comparingLong(Use::recent).reversed());
        List<Use> most = uses.subList(0, Math.min(count, uses.size()));
        return out -> {
            write(out, number, interval, most);
            return false;
        };
    }

    private void write(StringBuilder out, long number, long interval, List<Use> most) {
        List<LoopCore> loops = LoopCore.live();
        int tasks = 0;
        var lines = new StringBuilder();
        for (LoopCore loop : loops) {
            var statistics = loop.statistics();
            tasks += statistics.tasks();
            InspectionSession.loop(lines, loop, statistics.tasks(), statistics.waiting());
        }
        InspectionSession.process(out, loops.size(), tasks, PoolRegistry.open().size(), number);
        out.append(lines);
        for (Use use : most) {
            LoopTask<?> task = use.task;
            Strand strand = task.strand();
            Party party = strand == null
                    ? Party.ofOther(task, 0)
                    : Party.ofStrand(
                            strand,
                            task,
                            0,
                            task.loop().stepNow() >= 0 && task.loop().strandNow() == strand);
            StackTraceElement place = Frames.firstOfUser(party.stack());
            var line = new JsonLine(out, "task")
                    .put("id", party.id())
                    .put("name", party.name())
                    .put("type", "task")
                    .put("loop", Integer.toString(task.loop().number))
                    .put("state", party.state.name().toLowerCase(java.util.Locale.ROOT))
                    .put("waitsFor", party.waitsFor())
                    .put("at", place == null ? null : Frames.text(place))
                    .seconds("age", Inspection.age(task))
                    .seconds("recent", use.recent);
            InspectionSession.account(line, use.account, task.loop().isPortable());
            line.end();
        }
        for (LoopWatch watch : onlookers.watches()) {
            rest(out, watch, "ended", watch.ended());
            rest(out, watch, "callbacks", watch.callbacks());
        }
        new JsonLine(out, "end")
                .put("snapshot", number)
                .seconds("interval", interval)
                .end();
    }

    private static void rest(StringBuilder out, LoopWatch watch, String of, LoopWatch.Account account) {
        var line = new JsonLine(out, "rest")
                .put("loop", Integer.toString(watch.loop().number))
                .put("of", of);
        InspectionSession.account(line, account, watch.loop().isPortable());
        line.end();
    }

    void close() {
        onlookers.leave();
    }
}
