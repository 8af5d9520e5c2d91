package dev.weft.cli.function.guard;

/** Takes the place of {@link System#exit} and its like in functions: it ends the call, not the program. */
@SuppressWarnings("DoNotCallSuggester") // classes are made to call it when they are loaded
public final class Exits {
    private Exits() {}

    /**
     * In place of {@code System.exit}.
     *
     * @param code the exit code
     * @throws ExitCalled always
     */
    public static void exit(int code) {
        throw new ExitCalled(code);
    }

    /**
     * In place of {@code Runtime.exit} and {@code Runtime.halt}.
     *
     * @param runtime the runtime
     * @param code the exit code
     * @throws ExitCalled always
     */
    public static void exit(Runtime runtime, int code) {
        throw new ExitCalled(code);
    }

    /** Thrown where a function wants to end the program. An error, so that few catch it. */
    @SuppressWarnings("serial") // never leaves its process
    public static final class ExitCalled extends Error {
        private final int code;

        private ExitCalled(int code) {
            super("it called System.exit(" + code + ")");
            this.code = code;
        }

        /**
         * {@return the exit code}
         */
        public int code() {
            return code;
        }
    }
}
