package dev.weft.loop.kernel;

/**
 * Book-keeping handed to a loop from another thread, done by the pump itself: it must be short, take no lock and run no
 * code of users.
 */
@FunctionalInterface
interface LoopAction {
    /** Called by the pump. */
    void perform();

    /** Called instead once the loop has closed, by any thread. Book-keeping of what has ended needs nothing more. */
    default void tooLate() {}
}
