package dev.weft.cli.map.input;

import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Gives inputs one after the other. Not thread-safe. */
public interface Source extends AutoCloseable {
    /**
     * Takes the next input.
     *
     * @return its values, one for each source that is combined here; null at the end
     * @throws IOException if it cannot be read; the message names the source
     */
    @Nullable
    List<Value> next() throws IOException;

    /**
     * Tells whether {@link #next} may have to wait for somebody who writes.
     *
     * @return whether what has been taken so far had better be handed on first
     */
    default boolean mayWait() {
        return false;
    }

    @Override
    void close() throws IOException;
}
