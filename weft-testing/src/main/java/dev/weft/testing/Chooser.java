package dev.weft.testing;

import java.util.SplittableRandom;

/** Chooses the order of one run. */
abstract sealed class Chooser {
    /**
     * Chooses what runs next.
     *
     * @param ready what is ready, longest first
     * @param size how many of them count, at least two
     * @param step how many steps have been taken
     * @return the index of the chosen one
     */
    abstract int choose(Party[] ready, int size, long step);

    /** Tells that a party takes a step, chosen or alone. */
    void stepped(Party party) {}

    /** The order of production. */
    static final class Fifo extends Chooser {
        @Override
        int choose(Party[] ready, int size, long step) {
            return 0;
        }
    }

    /** Uniformly at random. */
    static final class Uniform extends Chooser {
        private final SplittableRandom random;

        Uniform(long seed) {
            random = new SplittableRandom(seed);
        }

        @Override
        int choose(Party[] ready, int size, long step) {
            return random.nextInt(size);
        }
    }

    /** See {@link Algorithm#POS}. */
    static final class Pos extends Chooser {
        private final SplittableRandom random;

        Pos(long seed) {
            random = new SplittableRandom(seed);
        }

        @Override
        int choose(Party[] ready, int size, long step) {
            int best = 0;
            for (int i = 0; i < size; i++) {
                Party party = ready[i];
                if (!party.hasPriority) {
                    party.priority = random.nextLong();
                    party.hasPriority = true;
                }
                if (party.priority > ready[best].priority) {
                    best = i;
                }
            }
            return best;
        }

        @Override
        void stepped(Party party) {
            party.hasPriority = false;
        }
    }

    /** See {@link Algorithm#PCT}. */
    static final class Pct extends Chooser {
        private static final int DEMOTIONS = 2;

        private final SplittableRandom random;
        private final long[] changes = new long[DEMOTIONS];
        private final long length;
        private long lowest;

        /**
         * Makes one.
         *
         * @param seed its seed
         * @param length how many steps the longest run so far took
         */
        Pct(long seed, long length) {
            random = new SplittableRandom(seed);
            this.length = Math.max(1, length);
            for (int i = 0; i < DEMOTIONS; i++) {
                changes[i] = random.nextLong(this.length);
            }
        }

        @Override
        int choose(Party[] ready, int size, long step) {
            if (step > length) {
                return random.nextInt(size);
            }
            int best = best(ready, size);
            for (long change : changes) {
                if (change == step) {
                    ready[best].priority = --lowest;
                    best = best(ready, size);
                }
            }
            return best;
        }

        private int best(Party[] ready, int size) {
            int best = 0;
            for (int i = 0; i < size; i++) {
                Party party = ready[i];
                if (!party.hasPriority) {
                    party.priority = random.nextLong(Long.MAX_VALUE);
                    party.hasPriority = true;
                }
                if (party.priority > ready[best].priority) {
                    best = i;
                }
            }
            return best;
        }
    }

    /** Makes the decisions of an earlier run, and those of production after the last one. */
    static final class Replay extends Chooser {
        private final Decisions decisions;
        private int next;

        /** Whether a decision did not fit what was ready. */
        private boolean strayed;

        Replay(Decisions decisions) {
            this.decisions = decisions;
        }

        @Override
        int choose(Party[] ready, int size, long step) {
            int index = decisions.at(next++);
            if (index >= size) {
                strayed = true;
                return 0;
            }
            return index;
        }

        boolean strayed() {
            return strayed;
        }
    }
}
