package dev.weft.process;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How long the functions of maps take for an input, as far as a pool has found out; by class of function. Any thread.
 */
final class Paces {
    private static final int MOST = 256;

    /** How long one function takes. */
    static final class Pace {
        private static final double UNKNOWN = -1;
        private volatile double nanos = UNKNOWN;
        private volatile int largest;

        /** Takes note of a batch. Races with others of its kind cost precision only. */
        @SuppressWarnings("NonAtomicVolatileUpdate")
        void measured(long batchNanos, int elements) {
            double each = (double) batchNanos / elements;
            double before = nanos;
            nanos = before < 0 ? each : (before + each) / 2;
            largest = Math.max(largest, elements);
        }

        /** {@return how many inputs take about as long as that; no more than a few times what has been tried} */
        int inputsIn(long targetNanos) {
            double each = nanos;
            return each < 0 ? 1 : (int) Math.clamp(targetNanos / Math.max(1, each), 1, 8.0 * largest);
        }
    }

    private final Map<Class<?>, Pace> paces = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Class<?>, Pace> eldest) {
            return size() > MOST;
        }
    };

    synchronized Pace of(Class<?> function) {
        return paces.computeIfAbsent(function, _ -> new Pace());
    }
}
