package dev.weft.http;

import org.jspecify.annotations.Nullable;

/** Says that a body is not what it should be: its charset is unknown, its JSON broken, its media type another one. */
@SuppressWarnings("serial")
public class ContentException extends HttpException {
    /**
     * Makes an exception.
     *
     * @param message what was expected, what was found and what to do
     * @param cause what the decoder said, or null
     */
    public ContentException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
