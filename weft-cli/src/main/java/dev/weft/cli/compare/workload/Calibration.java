package dev.weft.cli.compare.workload;

import dev.weft.cli.compare.work.BlockingMedium;
import dev.weft.cli.compare.work.Medium;
import dev.weft.cli.compare.work.Tasks;
import dev.weft.cli.compare.work.Work;
import java.io.IOException;
import java.net.URI;

/** Finds out how much computing fits a time on this machine. */
final class Calibration {
    // The first runs are interpreted. The fastest is what the compiled code takes when nothing disturbs it.
    private static final int LEAST_RUNS = 3;

    private Calibration() {}

    /**
     * Measures a task.
     *
     * @param work the task
     * @param page what it gets when it fetches something
     * @param patience for how many seconds to repeat it at least; the compiler needs a tenth or two for Java code
     * @return the seconds that it computes once it is compiled
     * @throws InterruptedException if the thread is interrupted
     */
    static double seconds(Work work, byte[] page, double patience) throws InterruptedException {
        Medium medium = new Medium() {
            private final Medium files = new BlockingMedium();

            @Override
            public byte[] fetch(URI uri) {
                return page;
            }

            @Override
            public <T> T block(BlockingCall<T> call) throws IOException, InterruptedException {
                return files.block(call);
            }
        };
        double best = Double.MAX_VALUE;
        double spent = 0;
        for (int run = 0; run < LEAST_RUNS || spent < patience; run++) {
            double seconds = Tasks.run(work, medium, 0).nanos() / 1e9;
            best = Math.min(best, seconds);
            spent += seconds;
        }
        return best;
    }

    /**
     * Rounds down to a number that people like: one with one or two leading digits.
     *
     * @param value at least 1
     * @return that number
     */
    static int pleasant(double value) {
        double power = Math.pow(10, Math.floor(Math.log10(value)));
        double best = 1;
        for (double step : new double[] {1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8}) {
            if (step * power <= value) {
                best = step;
            }
        }
        return (int) Math.round(best * power);
    }
}
