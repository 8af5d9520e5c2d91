package dev.weft.process;

import dev.weft.process.connection.Sentinel;

/**
 * A process of this program, by its number and name.
 *
 * @param pid its process id
 * @param name its name; {@code "main"} for one that was not started as a {@link WorkerProcess}
 */
public record ProcessIdentity(long pid, String name) {
    /**
     * {@return whether the process runs}
     */
    public boolean isAlive() {
        return ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false);
    }

    /**
     * {@return what {@link dev.weft.process.connection.Connections#waitAny} can wait for: the end of the process}
     *
     * @throws IllegalStateException if this is the calling process, which cannot wait for its own end
     */
    public Sentinel sentinel() {
        return ProcessHandle.of(pid).map(Sentinel::of).orElseGet(() -> Sentinel.ended("process " + pid));
    }
}
