package dev.weft.cli.map.advice;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Sums over calls, and over the later half of them: those behind the last power of two and the one before it. Bounded
 * memory for any number. Not thread-safe.
 */
final class Tally {
    private static final int MOST = 63;
    private static final int PER_OCTAVE = 8;

    /** Calls whose number is at least a power of two and below the next one. */
    private static final class Epoch {
        int count;
        double wall;
        double cpu;
        double queue;
        double allocated;
        double longest;
        final int[] octaves = new int[64 * PER_OCTAVE];
    }

    /**
     * What came out, per call.
     *
     * @param count how many calls
     * @param wall the mean of their time, in seconds
     * @param cpu the mean of their processor time, in seconds
     * @param queue the mean of the time that they could have run and did not, in seconds
     * @param allocated the mean of the bytes that they allocated
     * @param median the time that half of them were done in, in seconds, to a tenth
     * @param longest the longest time, in seconds
     */
    record Means(int count, double wall, double cpu, double queue, double allocated, double median, double longest) {}

    private final @Nullable Epoch[] epochs = new Epoch[MOST];
    private long count;

    /**
     * Adds a call.
     *
     * @param wall its time, in nanoseconds
     * @param cpu its processor time, in nanoseconds
     * @param queue the time that it could have run and did not, in nanoseconds
     * @param allocated the bytes that it allocated
     */
    void add(long wall, long cpu, long queue, long allocated) {
        int index = 63 - Long.numberOfLeadingZeros(++count);
        Epoch epoch = epochs[index];
        if (epoch == null) {
            epoch = new Epoch();
            epochs[index] = epoch;
        }
        epoch.count++;
        epoch.wall += wall;
        epoch.cpu += cpu;
        epoch.queue += queue;
        epoch.allocated += allocated;
        epoch.longest = Math.max(epoch.longest, (double) wall);
        epoch.octaves[octave(wall)]++;
    }

    private static int octave(long nanos) {
        double log = Math.log((double) Math.max(1, nanos)) / Math.log(2);
        return Math.min((int) (log * PER_OCTAVE), 64 * PER_OCTAVE - 1);
    }

    /**
     * {@return the number of the last power of two; another number means that what {@link #later} tells began later}
     */
    int epoch() {
        return 63 - Long.numberOfLeadingZeros(Math.max(1, count));
    }

    /** {@return how many calls were added} */
    long count() {
        return count;
    }

    /** {@return the means over the later half} */
    Means later() {
        if (count == 0) {
            return new Means(0, 0, 0, 0, 0, 0, 0);
        }
        int last = epoch();
        var sum = new Epoch();
        for (int i = Math.max(0, last - 1); i <= last; i++) {
            Epoch epoch = epochs[i];
            if (epoch != null) {
                sum.count += epoch.count;
                sum.wall += epoch.wall;
                sum.cpu += epoch.cpu;
                sum.queue += epoch.queue;
                sum.allocated += epoch.allocated;
                sum.longest = Math.max(sum.longest, epoch.longest);
                Arrays.setAll(sum.octaves, each -> sum.octaves[each] + epoch.octaves[each]);
            }
        }
        double n = sum.count;
        return new Means(
                sum.count,
                sum.wall / n / 1e9,
                sum.cpu / n / 1e9,
                sum.queue / n / 1e9,
                sum.allocated / n,
                median(sum),
                sum.longest / 1e9);
    }

    private static double median(Epoch sum) {
        int seen = 0;
        for (int i = 0; i < sum.octaves.length; i++) {
            seen += sum.octaves[i];
            if (2 * seen >= sum.count) {
                return Math.min(Math.pow(2, (i + 0.5) / PER_OCTAVE), sum.longest) / 1e9;
            }
        }
        throw new IllegalStateException("more calls than were counted");
    }
}
