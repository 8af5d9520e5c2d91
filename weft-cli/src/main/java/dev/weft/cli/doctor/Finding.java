package dev.weft.cli.doctor;

/**
 * One thing that the doctor looked at.
 *
 * @param state how it is
 * @param subject what was looked at
 * @param found what was found
 * @param remedy what to do about it; empty if nothing
 */
record Finding(State state, String subject, String found, String remedy) {
    /** How things are. */
    enum State {
        /** As it should be. */
        GREEN,
        /** It works, but not as well as it could. */
        YELLOW,
        /** It does not work. */
        RED
    }

    static Finding green(String subject, String found) {
        return new Finding(State.GREEN, subject, found, "");
    }

    static Finding yellow(String subject, String found, String remedy) {
        return new Finding(State.YELLOW, subject, found, remedy);
    }

    static Finding red(String subject, String found, String remedy) {
        return new Finding(State.RED, subject, found, remedy);
    }
}
