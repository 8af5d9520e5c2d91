package dev.weft.cli.report.digest;

import dev.weft.cli.report.data.RunReport.Latency;
import dev.weft.cli.report.data.RunReport.Percentile;
import dev.weft.cli.report.data.RunReport.Share;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.DoubleStream;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/** How long tries took, to three digits. Not thread-safe. */
final class Durations {
    private static final double[] PERCENTILES = {50, 75, 90, 95, 99, 99.9};

    /** Where the curve of the distribution has its points: closer together where it is steep on paper. */
    private static final double[] POINTS = {
        0, 1, 2, 5, 10, 15, 20, 25, 30, 35, 40, 45, 50, 55, 60, 65, 70, 75, 80, 85, 90, 92.5, 95, 96, 97, 98, 99, 99.5,
        99.9, 99.99, 100
    };

    private final Histogram micros = new Histogram(3);
    private long nanos;
    private long min = Long.MAX_VALUE;
    private long max;

    void take(long duration) {
        micros.recordValue(Math.max(0, duration / 1000));
        nanos += duration;
        min = Math.min(min, duration);
        max = Math.max(max, duration);
    }

    /** {@return what is known; null if nothing is} */
    @Nullable
    Latency read() {
        long count = micros.getTotalCount();
        if (count == 0) {
            return null;
        }
        List<Share> distribution = new ArrayList<>();
        for (double point : POINTS) {
            double seconds = point == 0 ? min / 1e9 : at(point);
            if (distribution.isEmpty() || seconds > distribution.getLast().seconds()) {
                distribution.add(new Share(seconds, point / 100));
            } else {
                distribution.set(distribution.size() - 1, new Share(seconds, point / 100));
            }
        }
        return new Latency(
                count,
                nanos / 1e9 / count,
                min / 1e9,
                max / 1e9,
                DoubleStream.of(PERCENTILES)
                        .mapToObj(each -> new Percentile(each, at(each)))
                        .toList(),
                distribution);
    }

    private double at(double percentile) {
        long value = Math.min(Math.max(micros.getValueAtPercentile(percentile) * 1000, min), max);
        return (percentile == 100 ? max : value) / 1e9;
    }
}
