package dev.weft;

/**
 * The stack of a call that waited for a task, attached as a suppressed exception to the failure that it received; never
 * thrown.
 */
@SuppressWarnings("serial")
public final class AwaitTrace extends Exception {
    /**
     * Records the current stack.
     *
     * @param task the name of the task that was awaited
     */
    public AwaitTrace(String task) {
        super("task '" + task + "' was awaited here");
    }
}
