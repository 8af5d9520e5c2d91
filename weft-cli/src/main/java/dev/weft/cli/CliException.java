package dev.weft.cli;

/**
 * Ends the program with one line on standard error, which says what was expected, what was found and what to do.
 */
@SuppressWarnings("serial") // never leaves its thread
public final class CliException extends RuntimeException {
    private final int exitCode;

    private CliException(int exitCode, String message) {
        super(message);
        this.exitCode = exitCode;
    }

    /**
     * Reports wrong arguments or a wrong input file.
     *
     * @param message the line
     * @return the exception to throw
     */
    public static CliException usage(String message) {
        return new CliException(ExitCodes.USAGE, message);
    }

    /**
     * Reports that the program could not do what it was asked for.
     *
     * @param message the line
     * @return the exception to throw
     */
    public static CliException failure(String message) {
        return new CliException(ExitCodes.FAILURE, message);
    }

    int exitCode() {
        return exitCode;
    }
}
