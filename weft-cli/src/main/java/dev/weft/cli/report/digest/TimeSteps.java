package dev.weft.cli.report.digest;

import java.util.ArrayList;
import java.util.List;

/**
 * Sums over steps of time, of which there are always as many: where time goes beyond them, each two become one. So
 * nobody needs to know before how long a run is. Not thread-safe.
 */
final class TimeSteps {
    static final int COUNT = 240;

    private static final long FIRST_STEP = 1_000_000;

    private final List<double[]> all = new ArrayList<>();
    private long step = FIRST_STEP;

    /** {@return a series of sums, which the methods of this add to} */
    double[] series() {
        double[] sums = new double[COUNT];
        all.add(sums);
        return sums;
    }

    /** {@return how long a step is, in nanoseconds} */
    long stepNanos() {
        return step;
    }

    /**
     * {@return how many steps a time takes}
     *
     * @param nanos the time
     */
    int count(long nanos) {
        reach(nanos);
        return (int) Math.ceilDiv(nanos, step);
    }

    /** Adds to the step that a time is in. */
    void add(double[] series, long at, double amount) {
        reach(at);
        series[index(at)] += amount;
    }

    /** Adds an amount evenly to the steps from one time to another. */
    void spread(double[] series, long from, long to, double amount) {
        if (to <= from) {
            add(series, from, amount);
            return;
        }
        reach(to);
        int first = index(from);
        int last = index(to - 1);
        for (int i = first; i <= last; i++) {
            long begin = Math.max(from, i * step);
            long end = Math.min(to, (i + 1) * step);
            series[i] += amount * (end - begin) / (to - from);
        }
    }

    /** {@return what a series has from a time on; of the step that the time is in, the part behind it} */
    double from(double[] series, long at) {
        int first = index(at);
        double sum = series[first] * ((first + 1) * step - at) / step;
        for (int i = first + 1; i < COUNT; i++) {
            sum += series[i];
        }
        return sum;
    }

    private int index(long at) {
        return (int) Math.min(COUNT - 1, at / step);
    }

    private void reach(long at) {
        while (at > step * COUNT) {
            for (double[] series : all) {
                for (int i = 0; i < COUNT / 2; i++) {
                    series[i] = series[2 * i] + series[2 * i + 1];
                }
                for (int i = COUNT / 2; i < COUNT; i++) {
                    series[i] = 0;
                }
            }
            step *= 2;
        }
    }
}
