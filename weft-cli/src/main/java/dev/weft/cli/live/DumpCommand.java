package dev.weft.cli.live;

import dev.weft.cli.CliException;
import dev.weft.cli.ExitCodes;
import java.io.IOException;
import java.io.PrintStream;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code weft dump}: all tasks of a process with their stacks, as JSON. */
@Command(name = "dump")
public final class DumpCommand implements Callable<Integer> {
    private static final Look EVERYTHING = new Look(0, 0, true, null);

    private final PrintStream out;

    @Parameters(index = "0", arity = "0..1", paramLabel = "PID")
    private @Nullable String pid;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FILE")
    private @Nullable Path file;

    /**
     * Makes the command.
     *
     * @param out standard output
     */
    public DumpCommand(PrintStream out) {
        this.out = out;
    }

    @Override
    public Integer call() {
        Path to = file;
        try (Session session = Target.of(pid).open()) {
            if (to == null) {
                Document.write(session, EVERYTHING, out);
            } else {
                whole(to, writer -> Document.write(session, EVERYTHING, writer));
            }
            return ExitCodes.OK;
        } catch (IOException e) {
            throw CliException.failure("cannot write " + (to == null ? "the dump" : to) + ": " + e.getMessage());
        }
    }

    /** Writes a file. */
    @FunctionalInterface
    interface Content {
        void write(Writer to) throws IOException;
    }

    /** Writes a file that is there as a whole or not at all: the process may end in the middle. */
    static void whole(Path file, Content content) throws IOException {
        Path part = file.resolveSibling(file.getFileName() + ".part");
        try {
            try (Writer writer = Files.newBufferedWriter(part)) {
                content.write(writer);
            }
            Files.move(part, file, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(part);
        }
    }
}
