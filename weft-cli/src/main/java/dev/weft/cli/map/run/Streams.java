package dev.weft.cli.map.run;

import dev.weft.cli.map.store.RunDirectory;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;

/**
 * Where a run prints what its inputs have written.
 *
 * @param out for standard output
 * @param err for standard error
 */
public record Streams(FileOutputStream out, FileOutputStream err) {
    /**
     * {@return the standard streams of this process}
     */
    public static Streams standard() {
        return new Streams(new FileOutputStream(FileDescriptor.out), new FileOutputStream(FileDescriptor.err));
    }

    /**
     * Opens the files of a run that is not to print now, for {@link RunDirectory#printKept}.
     *
     * @param directory the run
     * @return its files, at their ends; the caller closes them
     * @throws IOException if they cannot be made
     */
    public static Streams kept(RunDirectory directory) throws IOException {
        return new Streams(
                new FileOutputStream(directory.keptOutput().toFile(), true),
                new FileOutputStream(directory.keptError().toFile(), true));
    }
}
