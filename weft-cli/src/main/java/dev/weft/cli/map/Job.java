package dev.weft.cli.map;

import dev.weft.cli.map.input.Input;
import dev.weft.cli.map.run.Model;
import dev.weft.cli.map.run.Plan;
import dev.weft.cli.map.run.Work;
import java.util.List;

/** What a command line asks to be done with each input. */
interface Job {
    /** {@return how it is to be run} */
    Model model();

    /**
     * Makes it ready: compiles, loads, starts what it needs.
     *
     * @param plan how the run is to go
     * @return the work, which the run closes
     */
    Work work(Plan plan);

    /**
     * Makes tasks of a comparison.
     *
     * @param inputs the inputs
     * @return a task for each
     */
    List<? extends dev.weft.cli.compare.work.Work> tasks(List<Input> inputs);

    /** {@return what would be done with an input, as a line} */
    String line(Input input);
}
