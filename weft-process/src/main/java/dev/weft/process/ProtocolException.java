package dev.weft.process;

import java.io.IOException;

/** Thrown where the other side of a connection sends what it must not; the connection is of no more use. */
@SuppressWarnings("serial")
final class ProtocolException extends IOException {
    ProtocolException(String message) {
        super(message);
    }
}
