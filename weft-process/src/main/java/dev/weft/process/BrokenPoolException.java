package dev.weft.process;

/**
 * Thrown for every task of a {@link ProcessPool} whose workers cannot be started; the message has what the last one printed. The pool
 * does not try again: mend the cause and open another one.
 */
@SuppressWarnings("serial")
public final class BrokenPoolException extends RuntimeException {
    BrokenPoolException(String message) {
        super(message);
    }
}
