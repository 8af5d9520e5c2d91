package dev.weft.cli.terminal;

/** Shows how far a long command is. Any thread may call it. */
public interface Progress extends AutoCloseable {
    /**
     * {@return progress that shows nothing}
     */
    static Progress none() {
        return new Progress() {
            @Override
            public void update(String what, double secondsLeft) {}

            @Override
            public void clear() {}

            @Override
            public void close() {}
        };
    }

    /**
     * Says what goes on now.
     *
     * @param what in a few words
     * @param secondsLeft how long the command will take from here, as far as can be told; not a number if it cannot
     */
    void update(String what, double secondsLeft);

    /** Takes the bar off the screen, so that lines can be printed; the next update draws it again. */
    void clear();

    /** Takes the bar off the screen for good. Idempotent. */
    @Override
    void close();
}
