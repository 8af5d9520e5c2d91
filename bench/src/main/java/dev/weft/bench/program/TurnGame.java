package dev.weft.bench.program;

import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.locks.LockSupport;

/**
 * Two threads that wake each other by turns; both sides of the hand-off rows play it, on a loop and on the JDK's
 * scheduler.
 */
final class TurnGame {
    // Volatile like the turn: of a player that enters and one that passes the turn, one sees the other.
    private final AtomicReferenceArray<Thread> players = new AtomicReferenceArray<>(2);
    private final int turns;
    private volatile int turn;

    /**
     * Makes a game.
     *
     * @param passes how often the turn is passed in all
     */
    TurnGame(int passes) {
        turns = passes / 2;
    }

    /** Plays one side in the calling thread; another thread plays the other. */
    void play(int me) {
        players.set(me, Thread.currentThread());
        int other = 1 - me;
        for (int i = 0; i < turns; i++) {
            while (turn != me) {
                LockSupport.park(this);
            }
            turn = other;
            LockSupport.unpark(players.get(other));
        }
    }
}
