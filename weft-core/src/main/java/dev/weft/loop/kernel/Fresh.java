package dev.weft.loop.kernel;

/**
 * Something in the ready queue of a loop that has not begun: a task or a callback. The pump gives it to an idle strand.
 */
interface Fresh {
    /**
     * Runs from beginning to end on a strand; throws nothing.
     *
     * @param strand the strand of the calling thread
     */
    void runOn(Strand strand);

    /**
     * Called instead of {@link #runOn} where no thread could be made for what would have to run while this one waits.
     * What never waits runs all the same.
     *
     * @param strand the strand of the calling thread
     * @param why what kept the thread from being made
     */
    default void refuse(Strand strand, Throwable why) {
        runOn(strand);
    }
}
