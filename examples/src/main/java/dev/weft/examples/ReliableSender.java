package dev.weft.examples;

import dev.weft.TimedOutException;
import dev.weft.Weft;
import java.time.Duration;

/** Sends messages over a line that loses some, until each is acknowledged. */
public final class ReliableSender {
    /** A line that carries numbered messages one way and the numbers that arrived the other. */
    public interface Line {
        /**
         * Sends a message, which may be lost.
         *
         * @param number its number
         * @param text what it says
         */
        void send(int number, String text);

        /** {@return the next number that was acknowledged; waits for one} */
        int acknowledged();
    }

    private final Line line;
    private final Duration patience;
    private int number;

    /**
     * Makes a sender.
     *
     * @param line the line
     * @param patience how long to wait for an acknowledgement before sending again
     */
    public ReliableSender(Line line, Duration patience) {
        this.line = line;
        this.patience = patience;
    }

    /**
     * Sends a message and returns when it has arrived; it may have arrived more than once.
     *
     * @param text the message
     * @return how often it was sent
     */
    public int send(String text) {
        number++;
        for (int attempt = 1; ; attempt++) {
            line.send(number, text);
            try {
                Weft.withTimeout(patience, this::awaitAcknowledgement);
                return attempt;
            } catch (TimedOutException e) {
                // lost on the way there or back: once more
            }
        }
    }

    private void awaitAcknowledgement() {
        int acknowledged = line.acknowledged();
        while (acknowledged != number) { // a late one, of a message that was sent twice
            acknowledged = line.acknowledged();
        }
    }
}
