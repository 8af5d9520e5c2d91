package dev.weft.process.manager;

import java.io.InvalidObjectException;
import org.jspecify.annotations.Nullable;

/**
 * One side of the connection between a client and its manager, while the calling thread encodes or decodes a message of
 * it: there proxies are numbers.
 */
interface Side {
    /** Where the side is; a thread of a client may be of a manager as well. */
    ThreadLocal<@Nullable Side> CURRENT = new ThreadLocal<>();

    /** {@return the side that the calling thread works for, or null} */
    static @Nullable Side current() {
        return CURRENT.get();
    }

    /** The number of the manager. */
    long manager();

    /** {@return what a handle stands for here: the object in the manager, a proxy in a client} */
    Object resolve(ProxyHandle handle) throws InvalidObjectException;

    /** Makes this the side of the calling thread until the result is closed. */
    default Scope enter() {
        Side outer = CURRENT.get();
        CURRENT.set(this);
        return () -> {
            if (outer == null) {
                CURRENT.remove();
            } else {
                CURRENT.set(outer);
            }
        };
    }

    /** Ends what {@link #enter} began. */
    interface Scope extends AutoCloseable {
        @Override
        void close();
    }
}
