package dev.weft.cli.map.run;

import dev.weft.cli.map.store.Outcome;
import dev.weft.cli.map.store.OutcomeLog;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Has what ended printed and recorded, in this order, so that what is recorded has been printed; then tells the
 * scheduler. Any thread.
 */
final class Recorder {
    private final Scheduler scheduler;
    private final Printer printer;
    private final OutcomeLog log;
    private final boolean sameProgram;

    /**
     * Makes a recorder.
     *
     * @param log where outcomes are recorded
     * @param sameProgram whether one that cannot be started means that none can
     */
    Recorder(Scheduler scheduler, Printer printer, OutcomeLog log, boolean sameProgram) {
        this.scheduler = scheduler;
        this.printer = printer;
        this.log = log;
        this.sameProgram = sameProgram;
    }

    /**
     * Records some tries.
     *
     * @param ended what came of them
     * @throws Printer.ReaderGoneException if nobody reads the results any more
     * @throws IOException if they cannot be printed or recorded
     */
    void record(List<Ended> ended) throws IOException {
        List<Scheduler.Done> done = new ArrayList<>(ended.size());
        List<Printer.Written> last = new ArrayList<>(ended.size());
        List<Outcome> others = List.of();
        for (Ended each : ended) {
            Outcome outcome = each.outcome(isLast(each));
            done.add(new Scheduler.Done(each.attempt(), outcome));
            if (outcome.last()) {
                last.add(new Printer.Written(outcome, each.output(), each.error(), each.json()));
            } else {
                others = others.isEmpty() ? new ArrayList<>() : others;
                others.add(outcome);
            }
        }
        if (!last.isEmpty()) {
            printer.print(last); // and records them: with --keep-order when it is their turn
        }
        if (!others.isEmpty()) {
            log.append(others);
        }
        scheduler.ended(done);
    }

    private boolean isLast(Ended each) {
        boolean hopeless = sameProgram && each.result() == Outcome.Result.NOT_STARTED;
        return each.result() == Outcome.Result.OK
                || (each.result() != Outcome.Result.STOPPED
                        && !hopeless
                        && scheduler.isLast(
                                each.attempt(), each.result(), each.exit().code()));
    }
}
