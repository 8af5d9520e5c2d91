package dev.weft.http.server;

import dev.weft.http.HttpException;
import org.jspecify.annotations.Nullable;

/**
 * Says that the client has left, or takes nothing any more: the rest of its request does not come, or of its response
 * does not arrive.
 */
@SuppressWarnings("serial")
public final class ClientGoneException extends HttpException {
    ClientGoneException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
