package dev.weft.cli;

/** How the program ends. An interrupted one ends with 130 or 143, as the JVM does by itself. */
public final class ExitCodes {
    /** All went well. */
    public static final int OK = 0;

    /** The program did its work, and some inputs failed; the summary counts them. */
    public static final int SOME_FAILED = 1;

    /** The arguments or an input file are wrong; nothing was done. */
    public static final int USAGE = 2;

    /** A policy ended the run before its inputs did. */
    public static final int HALTED = 3;

    /** It could not start, or could not write what it had to write. */
    public static final int FAILURE = 4;

    /** The time for the whole run was over, as for {@code timeout(1)}. */
    public static final int TIME_OUT = 124;

    /** What the number of a signal that ended it is added to. */
    public static final int SIGNAL = 128;

    /** Whoever read standard output has gone: 128 and the number of SIGPIPE, as for other programs. */
    public static final int BROKEN_PIPE = 141;

    private ExitCodes() {}
}
