package dev.weft.process.sync;

import dev.weft.process.shared.Block;
import java.io.Serial;

/**
 * A {@link ProcessLock} that its owner may take several times, and has to release as often.
 *
 * <p>The owner is a task of a process, or a thread where there is no task: another task of the same process waits.
 */
public final class ProcessRLock extends ProcessLock {
    @Serial
    private static final long serialVersionUID = 1;

    ProcessRLock(Block block, boolean made) {
        super(block, Block.Kind.REENTRANT_LOCK, made);
    }

    /**
     * Makes a free lock with a name of its own.
     *
     * @return the lock
     * @throws java.io.UncheckedIOException if there is no room for it
     */
    public static ProcessRLock create() {
        return new ProcessRLock(Block.create(null, Block.Kind.REENTRANT_LOCK, BYTES, false, _ -> {}), true);
    }

    /**
     * Makes a free lock with a name.
     *
     * @param name letters, digits, {@code _} and {@code -}
     * @return the lock
     * @throws java.io.UncheckedIOException if something shared has that name, or there is no room for it
     */
    public static ProcessRLock create(String name) {
        return new ProcessRLock(Block.create(name, Block.Kind.REENTRANT_LOCK, BYTES, false, _ -> {}), true);
    }

    /**
     * Attaches to a lock that any process of this user has made.
     *
     * @param name its name
     * @return the lock
     * @throws java.io.UncheckedIOException if there is none of that name, or it is something else
     */
    public static ProcessRLock attach(String name) {
        return new ProcessRLock(Block.attach(name, Block.Kind.REENTRANT_LOCK, false), false);
    }

    @Override
    boolean isReentrant() {
        return true;
    }
}
