package dev.weft.http.server;

import dev.weft.http.HttpException;
import org.jspecify.annotations.Nullable;

/**
 * A response that is thrown: whatever a handler has called can end the request with it.
 *
 * <pre>{@code
 * User user = users.find(id).orElseThrow(() -> new ErrorResponse(404, "no user has the id " + id));
 * }</pre>
 */
@SuppressWarnings("serial")
public final class ErrorResponse extends HttpException {
    private final transient Response response;

    /**
     * Makes an exception that answers with a status and a line of text.
     *
     * @param status the status, from 400 to 599
     * @param text what the client reads
     */
    public ErrorResponse(int status, String text) {
        this(Response.text(text + "\n").withStatus(status), null);
    }

    /**
     * Makes an exception that answers with a response.
     *
     * @param response the response
     * @param cause why, for who catches it; the client does not see it
     */
    public ErrorResponse(Response response, @Nullable Throwable cause) {
        super("answered with " + response, cause);
        this.response = response;
    }

    /** {@return what the client gets} */
    public Response response() {
        return response;
    }
}
