package dev.weft.process;

/**
 * Says in which worker a failure happened; attached to the failure as a suppressed exception, never thrown. The stack
 * trace of the failure itself is that of the worker.
 */
@SuppressWarnings("serial")
public final class RemoteTrace extends Exception {
    private final long pid;

    RemoteTrace(String task, String worker, long pid) {
        super("task '" + task + "' failed in " + worker, null, false, false);
        this.pid = pid;
    }

    /**
     * {@return the process id of the worker}
     */
    public long pid() {
        return pid;
    }
}
