package dev.weft.loop.kernel;

/** An entry of a {@link TimerHeap}; in at most one heap at a time. Loop thread only. */
abstract class TimerNode {
    /** When it is due, by the clock of the loop. */
    long deadline;

    /** Where it stands in the heap, or -1 if in none. */
    int heapIndex = -1;

    /** Orders entries of equal deadline by their insertion. */
    int sequence;
}
