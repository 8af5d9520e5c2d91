package dev.weft.cli.map.advice;

import org.jspecify.annotations.Nullable;

/**
 * What the first inputs have shown of the work. All times are seconds, and means over the inputs measured, unless they
 * say otherwise. The first half of the inputs is left out where there are enough: they load classes, compile code and
 * open connections.
 *
 * @param kind what is done with an input
 * @param processors how many there are
 * @param atOnce how many were under way at the same time while it was measured
 * @param probes how many inputs were measured
 * @param cpu the processor time of one; NaN if it is not known
 * @param waited the time that it waited for something else than a processor, a lock or the garbage collector
 * @param lock the time that it waited for a lock that another one held; NaN if it is not known
 * @param lockName the class of the lock that was waited for most; null if none was
 * @param queue the time that it could have run and had no processor
 * @param collection the time that garbage collection had all wait
 * @param median the time that half of them were done in
 * @param longest the longest time of one
 * @param allocated the bytes that one allocated; -1 if they are not known
 */
public record Measured(
        Kind kind,
        int processors,
        int atOnce,
        int probes,
        double cpu,
        double waited,
        double lock,
        @Nullable String lockName,
        double queue,
        double collection,
        double median,
        double longest,
        long allocated) {

    /** What is done with an input. */
    public enum Kind {
        /** A Java function is called. */
        FUNCTIONS("call"),
        /** A command is run. */
        COMMANDS("command"),
        /** A URL is requested. */
        REQUESTS("request");

        private final String noun;

        Kind(String noun) {
            this.noun = noun;
        }

        /**
         * {@return what one is called}
         */
        public String noun() {
            return noun;
        }
    }

    /**
     * {@return the processor time of one, and nothing where it is not known}
     */
    double computing() {
        return Double.isNaN(cpu) ? 0 : cpu;
    }

    /**
     * {@return the time of one that had processors and locks for itself}
     */
    double alone() {
        return computing() + waited;
    }

    /**
     * {@return the time of one as it was}
     */
    double wall() {
        return alone() + locked() + queue + collection;
    }

    /**
     * {@return the time of one that had processors for itself, and others beside it}
     */
    double ready() {
        return alone() + locked();
    }

    /** {@return the time that it waited for locks, and nothing where that is not known} */
    double locked() {
        return Double.isNaN(lock) ? 0 : lock;
    }

    /**
     * {@return how many times its processor time one takes that has processors and locks for itself: 1 if it only
     * computes}
     */
    double waiting() {
        return computing() <= 0 ? Double.POSITIVE_INFINITY : alone() / computing();
    }

    /**
     * {@return the share of its own time that it holds a lock which all the others need too: what no number at once
     * makes shorter}
     *
     * <p>It is told from the time that was lost to locks while {@link #atOnce} were under way: mean value analysis of
     * one queue with as many customers says how much is lost for each share, and this is the share for which that is
     * what was measured.
     */
    double serial() {
        double lost = ready() <= 0 ? 0 : locked() / ready();
        if (atOnce < 2 || lost <= 0) {
            return 0;
        }
        double low = 0;
        double high = 1;
        for (int step = 0; step < 40; step++) {
            double middle = (low + high) / 2;
            if (lost(middle, atOnce) < lost) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return high;
    }

    /**
     * The share of its time that one loses to a lock, if it holds it for a share of its own time.
     *
     * @param share the share, of its time without others
     * @param customers how many are under way
     */
    static double lost(double share, int customers) {
        double length = 0;
        double response = share;
        for (int n = 1; n <= customers; n++) {
            response = share * (1 + length);
            length = n * response / (response + 1 - share);
        }
        return (response - share) / (response + 1 - share);
    }
}
