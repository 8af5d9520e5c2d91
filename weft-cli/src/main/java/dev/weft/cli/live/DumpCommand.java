package dev.weft.cli.live;

import dev.weft.cli.CliException;
import dev.weft.cli.ExitCodes;
import dev.weft.cli.ReportFile;
import java.io.IOException;
import java.io.PrintStream;
import java.io.Writer;
import java.nio.file.Files;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code weft dump}: all tasks of a process with their stacks, as JSON. */
@Command(name = "dump")
public final class DumpCommand implements Callable<Integer> {
    private static final Look EVERYTHING = new Look(0, 0, true, null);

    private final PrintStream out;

    @Mixin
    private TargetArgument subject = new TargetArgument();

    @Mixin
    private OutputOption output = new OutputOption();

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
        ReportFile file = output.file();
        if (file != null) {
            file.check();
        }
        try (Session session = subject.find().open()) {
            if (file == null) {
                Document.write(session, EVERYTHING, out);
                return out.checkError() ? ExitCodes.BROKEN_PIPE : ExitCodes.OK;
            }
            file.write(target -> {
                try (Writer writer = Files.newBufferedWriter(target)) {
                    Document.write(session, EVERYTHING, writer);
                }
            });
            return ExitCodes.OK;
        } catch (IOException e) {
            throw CliException.failure("cannot write the dump: " + e.getMessage());
        }
    }
}
