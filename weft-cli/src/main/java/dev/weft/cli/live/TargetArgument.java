package dev.weft.cli.live;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Parameters;

/** The process that a command looks into, as it is typed: its number, or nothing for the only one. */
public final class TargetArgument {
    @Parameters(index = "0", arity = "0..1", paramLabel = "PID")
    private @Nullable String pid;

    /**
     * Finds the process.
     *
     * @return the process
     * @throws dev.weft.cli.CliException if there is no such process, it cannot be looked into, or there are several and
     *     nothing was typed
     */
    public Target find() {
        return Target.of(pid);
    }
}
