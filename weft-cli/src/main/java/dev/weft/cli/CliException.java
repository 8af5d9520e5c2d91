package dev.weft.cli;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;

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

    /**
     * Reports that the program could not do what it was asked for, since a file could not be used.
     *
     * @param problem why; the JDK's messages about files often consist of the name of the file
     * @return the exception to throw
     */
    public static CliException failure(IOException problem) {
        return failure(words(problem));
    }

    /**
     * Says which file cannot be used, and why.
     *
     * @param problem what the JDK throws, or what says so already
     * @return it in words
     */
    public static String words(IOException problem) {
        return problem instanceof FileSystemException files && files.getFile() != null
                ? "cannot use " + files.getFile() + " (" + reason(problem) + ")"
                : reason(problem);
    }

    /**
     * Says why a file cannot be used.
     *
     * @param problem what the JDK throws
     * @return a reason without the name of the file, where that is possible
     */
    public static String reason(IOException problem) {
        return switch (problem) {
            case AccessDeniedException _ -> "permission denied";
            case NoSuchFileException _ -> "no such file or directory";
            case FileAlreadyExistsException _ -> "it is there already, and no directory";
            case NotDirectoryException _ -> "it is no directory";
            case FileSystemException files when files.getReason() != null -> files.getReason();
            default -> String.valueOf(problem.getMessage());
        };
    }

    int exitCode() {
        return exitCode;
    }
}
