package dev.weft.http;

import org.jspecify.annotations.Nullable;

/**
 * The root of what can go wrong in HTTP.
 *
 * <p>It is unchecked, unlike the {@link java.io.IOException} that blocking calls of the JDK throw: requests are mostly
 * made in lambdas, in tasks and in pools, and an unchecked failure reaches who awaits the task as itself, where a
 * checked one comes wrapped.
 */
@SuppressWarnings("serial")
public class HttpException extends RuntimeException {
    /**
     * Makes an exception.
     *
     * @param message what was expected, what was found and what to do
     * @param cause what the system said, or null
     */
    public HttpException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
