package dev.weft.cli;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * A file that a report is written to at the end of a run, and that is tried before the run begins.
 *
 * @param option the option that names it, for messages
 * @param file where it is
 * @param instead what else may help if it cannot be written, such as {@code , or --no-html}; empty for nothing
 */
public record ReportFile(String option, Path file, String instead) {
    /** Writes a report somewhere. */
    @FunctionalInterface
    public interface Writer {
        /**
         * Writes it.
         *
         * @param file where to
         * @throws IOException if it cannot be written
         */
        void write(Path file) throws IOException;
    }

    /**
     * Makes a file that nothing stands in for.
     *
     * @param option the option that names it, for messages
     * @param file where it is
     */
    public ReportFile(String option, Path file) {
        this(option, file, "");
    }

    /**
     * Makes sure that the file can be written, without changing it.
     *
     * @throws CliException if it cannot
     */
    public void check() {
        if (Files.isDirectory(file)) {
            throw CliException.failure(option + " " + file + " is a directory: name a file in it");
        }
        boolean existed = Files.exists(file);
        try {
            Files.newOutputStream(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND)
                    .close();
            if (!existed) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw CliException.failure(
                    "cannot write " + file + " (" + reason(e) + "): choose another place with " + option + instead);
        }
    }

    /**
     * Writes the report; a regular file is replaced only once the new one is complete.
     *
     * @param writer writes it
     * @throws CliException if it cannot be written
     */
    public void write(Writer writer) {
        boolean replace = !Files.exists(file) || Files.isRegularFile(file);
        Path target = replace
                ? file.resolveSibling(
                        "." + file.getFileName() + "." + ProcessHandle.current().pid())
                : file;
        try {
            try {
                writer.write(target);
                if (replace) {
                    Files.move(target, file, StandardCopyOption.REPLACE_EXISTING);
                }
            } finally {
                if (replace) {
                    Files.deleteIfExists(target);
                }
            }
        } catch (IOException e) {
            throw CliException.failure("cannot write " + file + " (" + reason(e)
                    + "): make room, or choose another place with " + option + "; the results are printed above");
        }
    }

    /** The JDK's messages repeat the path, or consist of nothing else. */
    private String reason(IOException e) {
        return switch (e) {
            case AccessDeniedException _ -> "permission denied";
            case NoSuchFileException _ -> "no such directory";
            case FileSystemException problem when problem.getReason() != null -> problem.getReason();
            default -> String.valueOf(e.getMessage());
        };
    }
}
