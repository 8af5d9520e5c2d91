package dev.weft;

/**
 * Carries a checked exception out of a task to whoever waits for it; the {@linkplain #getCause() cause} is that
 * exception.
 *
 * <p>Unchecked exceptions and errors are thrown to the waiter as they are. To receive a checked one as itself, name its
 * type: {@link Task#await(Class) task.await(IOException.class)}.
 */
@SuppressWarnings("serial")
public final class TaskFailedException extends RuntimeException {
    /**
     * Makes the carrier of one failure.
     *
     * @param task the name of the task that failed
     * @param cause what it failed with
     */
    public TaskFailedException(String task, Throwable cause) {
        super("task '" + task + "' failed: " + cause, cause);
    }
}
