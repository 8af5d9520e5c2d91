package dev.weft.inspect;

/** A request that makes no sense; the message says what was expected. */
@SuppressWarnings("serial") // never leaves its thread
public final class RequestException extends Exception {
    /**
     * Refuses a request.
     *
     * @param message what was expected, what was found
     */
    public RequestException(String message) {
        super(message);
    }
}
