package dev.weft.cli.live;

import dev.weft.cli.ExitCodes;
import dev.weft.cli.terminal.Style;
import dev.weft.cli.terminal.Terminal;
import dev.weft.cli.text.Quantities;
import dev.weft.cli.text.RawText;
import dev.weft.cli.text.Words;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code weft top}: which tasks of a process compute, over and over. */
@Command(name = "top")
public final class TopCommand implements Callable<Integer> {
    private static final String CLEAR = "\u001b[H\u001b[J";
    private static final int MOST_ROUNDS = 1_000_000;
    private static final int MOST_TASKS = 10_000;

    private final PrintStream out;

    @Mixin
    private TargetArgument subject = new TargetArgument();

    @Option(
            names = {"-d", "--delay"},
            paramLabel = "TIME")
    private String delay = "2s";

    @Option(
            names = {"-n", "--rounds"},
            paramLabel = "N")
    private String rounds = "0";

    @Option(names = "--count", paramLabel = "N")
    private String count = "15";

    @Option(names = "--no-color")
    private boolean noColor;

    /** What each task had allocated at the last round. */
    private final Map<String, Long> allocated = new HashMap<>();

    /**
     * Makes the command.
     *
     * @param out standard output
     */
    public TopCommand(PrintStream out) {
        this.out = out;
    }

    @Override
    public Integer call() throws InterruptedException {
        Duration pause = Quantities.time("--delay", delay);
        int most = Quantities.number("--rounds", rounds, 0, MOST_ROUNDS);
        int tasks = Quantities.number("--count", count, 1, MOST_TASKS);
        var terminal = new Terminal(!noColor);
        boolean redraws = terminal.canRedrawOutput();
        try (Session session = subject.find().open()) {
            session.top(tasks); // it counts from here on
            for (int round = 1; most == 0 || round <= most; round++) {
                Thread.sleep(pause);
                List<String> lines = lines(session.top(tasks), terminal.output());
                if (redraws) {
                    out.print(CLEAR);
                }
                lines.forEach(out::println);
                out.flush();
                if (out.checkError()) {
                    return ExitCodes.BROKEN_PIPE;
                }
            }
        }
        return ExitCodes.OK;
    }

    private List<String> lines(Snapshot snapshot, Style style) {
        Snapshot.ProcessFacts process = snapshot.process();
        List<String> lines = new ArrayList<>();
        lines.add(style.bold("process " + process.pid() + "  " + RawText.printable(process.main())) + "  up "
                + Say.time(process.age()) + "  heap " + Words.size(process.heapUsed()) + " of "
                + Words.size(process.heapMost()));
        for (Snapshot.LoopFacts loop : snapshot.loops()) {
            lines.add("loop '" + RawText.printable(loop.name()) + "'  "
                    + (loop.heldFor() > 0 ? style.red("held up for " + Say.time(loop.heldFor())) : loop.state()) + "  "
                    + Words.count(loop.tasks(), "task") + ", " + Words.number(loop.waiting()) + " waiting, "
                    + Words.number(loop.ready()) + " ready, " + Words.number(loop.begun()) + " begun so far");
        }
        lines.add("");
        lines.add(style.bold(" %CPU    ALLOC/s  STEPS     AGE  TASK"));
        double interval = Math.max(0.001, snapshot.interval());
        for (Snapshot.TaskFacts task : snapshot.tasks()) {
            long before = allocated.getOrDefault(task.id(), 0L);
            allocated.put(task.id(), task.allocated());
            lines.add(String.format(
                    Locale.ROOT,
                    "%5.1f %10s %6d %7s  %s",
                    100 * task.recent() / interval,
                    task.allocated() < 0 ? "-" : Words.size((long) ((task.allocated() - before) / interval)),
                    task.steps(),
                    Say.time(task.age()),
                    Say.called(task) + "  " + Say.doing(task)));
        }
        for (Snapshot.Rest rest : snapshot.rests()) {
            if (rest.steps() > 0) {
                lines.add(style.faint("loop " + rest.loop() + ": "
                        + (rest.of().equals("ended") ? "tasks that have ended" : rest.of()) + " since the first round: "
                        + Words.count(rest.steps(), "step") + ", " + Words.time(Math.max(rest.busy(), rest.cpu()))));
            }
        }
        lines.add("");
        return lines;
    }
}
