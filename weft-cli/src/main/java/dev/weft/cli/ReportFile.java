package dev.weft.cli;

import dev.weft.cli.text.RawPath;
import dev.weft.cli.text.RawText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * A file that a report is written to at the end of a run, and that is tried before the run begins. It is there as a
 * whole or not at all.
 *
 * @param option the option that names it, for messages
 * @param file where it is
 * @param instead what else may help if it cannot be written, such as {@code , or --no-html}; empty for nothing
 * @param printed whether the results are printed before it is written
 */
public record ReportFile(String option, Path file, String instead, boolean printed) {
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
     * Makes a file for what is printed, too.
     *
     * @param option the option that names it, for messages
     * @param file where it is
     * @param instead what else may help if it cannot be written; empty for nothing
     */
    public ReportFile(String option, Path file, String instead) {
        this(option, file, instead, true);
    }

    /**
     * Makes a file for what is printed, too, that nothing stands in for.
     *
     * @param option the option that names it, for messages
     * @param file where it is
     */
    public ReportFile(String option, Path file) {
        this(option, file, "");
    }

    /**
     * Makes a file for what is printed nowhere else.
     *
     * @param option the option that names it, for messages
     * @param file where it is
     * @return the file
     */
    public static ReportFile only(String option, Path file) {
        return new ReportFile(option, file, "", false);
    }

    /**
     * Makes sure that the file can be written, without changing it.
     *
     * @throws CliException if it cannot
     */
    public void check() {
        if (Files.isDirectory(file)) {
            throw CliException.failure(option + " " + name() + " is a directory: name a file in it");
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
                    "cannot write " + name() + " (" + reason(e) + "): choose another place with " + option + instead);
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
        Path target = replace ? unfinished() : file;
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
            throw CliException.failure("cannot write " + name() + " (" + reason(e)
                    + "): make room, or choose another place with " + option
                    + (printed ? "; the results are printed above" : ""));
        }
    }

    /** A file beside it that nobody else writes. */
    private Path unfinished() {
        Path directory = file.getParent();
        String name = "." + RawPath.text(file.getFileName()) + "."
                + ProcessHandle.current().pid();
        return RawPath.of(directory == null ? name : RawPath.text(directory) + "/" + name);
    }

    private String name() {
        return RawText.printable(RawPath.text(file));
    }

    /** Of a file that is to be made, the directory is what is not there. */
    private static String reason(IOException e) {
        return e instanceof NoSuchFileException ? "no such directory" : CliException.reason(e);
    }
}
