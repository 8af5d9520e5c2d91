package dev.weft.process.internal;

import org.jspecify.annotations.Nullable;

/**
 * A worker process that runs somewhere else. {@link #pid} is that of its own machine, and -1 until it is known.
 */
public abstract class HostedProcess extends Process {
    /** For subclasses. */
    protected HostedProcess() {}

    /**
     * {@return where it runs, in words that follow "on"; null until that is known}
     */
    public abstract @Nullable String place();

    /**
     * {@return why nothing is known about what it has done, in words that follow its name; null if it runs, or its end
     * was told} Whatever was sent to such a process may have run.
     */
    public abstract @Nullable String lost();
}
