package dev.weft.testing;

/** How the order of the coroutines is chosen when many schedules are explored. */
public enum Algorithm {
    /** One half of the schedules by {@link #POS}, the other by {@link #PCT}. */
    MIXED,

    /**
     * Partial order sampling: every step that is ready has a random priority, drawn anew for the next step of the same
     * task (Yuan, Yang and Gu, 2018). Good where the order of a few events matters.
     */
    POS,

    /**
     * Probabilistic concurrency testing: every task has a random priority, and at two random steps the running one
     * falls behind all others (Burckhardt and others, 2010). Good where one task must be held up for long. Runs that
     * are longer than any before go on by {@link #RANDOM}, so that tasks which poll do not starve the others.
     */
    PCT,

    /** One of those that are ready, each as likely as the others; a baseline. */
    RANDOM
}
