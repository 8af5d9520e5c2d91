package dev.weft.cli.compare.engine;

import dev.weft.cli.compare.model.Model;

/** Hears how a measurement goes on; called by the measuring thread between passes, so it must be quick. */
interface Observer {
    /**
     * A pass begins.
     *
     * @param model which model runs next
     * @param round which round it belongs to, 0 for the warm-up
     * @param secondsLeft how long the workload will take from here, as far as can be told
     */
    void pass(Model model, int round, double secondsLeft);
}
