package dev.weft.http.ws;

import dev.weft.http.HttpException;
import org.jspecify.annotations.Nullable;

/** Says that a message cannot be sent: the websocket is closed, or the other side takes nothing. */
@SuppressWarnings("serial")
public final class WebSocketException extends HttpException {
    /**
     * Makes an exception.
     *
     * @param message what was expected, what was found and what to do
     * @param cause what the system said, or null
     */
    public WebSocketException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
