package dev.weft.cli.map.run;

import dev.weft.cli.terminal.Progress;
import dev.weft.cli.text.Words;

/** How far a run is, in words. */
final class MapProgress {
    /** Before so many inputs are done, a rate says little. */
    private static final int LEAST = 3;

    private MapProgress() {}

    static void show(Progress progress, Scheduler.Counts counts, long before, long begin) {
        long doneHere = counts.ok() + counts.failed();
        long done = doneHere + before;
        StringBuilder text = new StringBuilder(Words.number(done));
        if (counts.complete()) {
            text.append(" of ").append(Words.number(counts.known()));
        }
        text.append(" done");
        if (counts.failed() > 0) {
            text.append(", ").append(Words.number(counts.failed())).append(" failed");
        }
        if (counts.retried() > 0) {
            text.append(", ").append(Words.number(counts.retried())).append(" retried");
        }
        text.append(", ").append(counts.running()).append(" running");
        double seconds = (System.nanoTime() - begin) / 1e9;
        double left = Double.NaN;
        if (counts.complete() && doneHere >= LEAST) {
            double remaining = counts.known() - done - counts.running() / 2.0;
            left = Math.max(0, remaining) * seconds / doneHere;
        }
        progress.update(text.toString(), left);
    }
}
