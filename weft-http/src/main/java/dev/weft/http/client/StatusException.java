package dev.weft.http.client;

import dev.weft.http.HttpException;
import java.nio.charset.StandardCharsets;

/** Says that a response has an error status; thrown by {@link ClientResponse#orThrow} only. */
@SuppressWarnings("serial")
public final class StatusException extends HttpException {
    private static final int SHOWN = 200;

    private final transient ClientResponse response;

    StatusException(ClientResponse response) {
        super(message(response), null);
        this.response = response;
    }

    private static String message(ClientResponse response) {
        byte[] body = response.bytes();
        String text = new String(body, 0, Math.min(body.length, SHOWN), StandardCharsets.UTF_8)
                .replaceAll("\\p{Cntrl}+", " ")
                .strip();
        return response.uri() + " answered " + response.status() + (text.isEmpty() ? "" : ": " + text)
                + (body.length > SHOWN ? "…" : "");
    }

    /** {@return the response} */
    public ClientResponse response() {
        return response;
    }

    /** {@return its status} */
    public int status() {
        return response.status();
    }
}
