package dev.weft.loop.kernel;

import org.jspecify.annotations.Nullable;

/** Something that one party at a time owns and that others wait for: what reports of deadlocks follow. */
public interface Owned {
    /**
     * {@return the task that owns it, or the thread where there is no task; null if it is free. Any thread; it may have
     * changed by the time it is read}
     */
    @Nullable
    Object owner();
}
