package dev.weft.cli.command;

/** A command that has been started, with all that it started in turn: its process group. */
public interface Child {
    /**
     * {@return the number of its process, which is that of its group}
     */
    long pid();

    /**
     * Waits until it has ended. Called once, by the thread that started it; interrupts have no effect.
     *
     * @return how it ended
     */
    Exit await();

    /**
     * Asks it and its group to end (SIGTERM). Any thread may call it; nothing happens once it has ended.
     */
    void terminate();

    /** Ends it and its group at once (SIGKILL). Any thread may call it; nothing happens once it has ended. */
    void kill();
}
