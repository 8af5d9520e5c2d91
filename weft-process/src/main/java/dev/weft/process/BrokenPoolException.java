package dev.weft.process;

/**
 * Thrown for every task of a {@link ProcessPool} whose workers cannot be started, or of a pool whose initializer fails;
 * the message has what the last one said. The pool does not try again: mend the cause and open another one.
 */
@SuppressWarnings("serial")
public final class BrokenPoolException extends RuntimeException {
    /**
     * Makes the report of one broken pool; called by Weft.
     *
     * @param message what is broken, why, and the remedy
     */
    public BrokenPoolException(String message) {
        super(message);
    }
}
