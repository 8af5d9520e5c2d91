package dev.weft.cli.cluster;

import dev.weft.cli.CliException;
import dev.weft.cli.ExitCodes;
import dev.weft.cli.text.Quantities;
import dev.weft.cluster.agent.AgentProcess;
import dev.weft.cluster.security.Authority;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code weft cluster}: makes credentials, and runs an agent. */
@Command(name = "cluster")
public final class ClusterCommand implements Callable<Integer> {
    private static final int MOST_SLOTS = 1024;
    private static final int MOST_PER_SLOT = 4;

    private ClusterCommand() {}

    /**
     * {@return the command with those below it}
     *
     * @param out standard output
     */
    public static CommandLine of(PrintStream out) {
        return new CommandLine(new ClusterCommand())
                .addSubcommand("init", new Init(out))
                .addSubcommand("agent", new AgentCommand());
    }

    @Override
    public Integer call() {
        throw CliException.usage("cluster expects init or agent: weft help cluster");
    }

    /** {@code weft cluster init}. */
    @Command(name = "init")
    private static final class Init implements Callable<Integer> {
        private final PrintStream out;

        @Parameters(arity = "0..1", paramLabel = "DIRECTORY")
        private @Nullable Path directory;

        @Option(names = "--at", paramLabel = "HOST[:PORT],...")
        private @Nullable String addresses;

        Init(PrintStream out) {
            this.out = out;
        }

        @Override
        public Integer call() {
            if (directory == null || addresses == null) {
                throw CliException.usage("cluster init expects a directory to make, and where agents will run:"
                        + " weft cluster init DIRECTORY --at HOST,HOST:PORT");
            }
            try {
                Authority.init(directory, List.of(addresses.split(",", -1)));
            } catch (IOException e) {
                throw CliException.failure(String.valueOf(e.getMessage()));
            }
            out.println(
                    directory.resolve("agent") + "      for each machine that runs work: weft cluster agent DIRECTORY");
            out.println(
                    directory.resolve("driver") + "     for programs, and weft map --with cluster --cluster DIRECTORY");
            out.println(directory.resolve("authority") + "  to be kept away from both");
            return ExitCodes.OK;
        }
    }

    /** {@code weft cluster agent}. */
    @Command(name = "agent")
    private static final class AgentCommand implements Callable<Integer> {
        @Parameters(arity = "0..1", paramLabel = "DIRECTORY")
        private @Nullable Path directory;

        @Option(names = "--name", paramLabel = "NAME")
        private @Nullable String name;

        @Option(names = "--bind", paramLabel = "HOST[:PORT]")
        private @Nullable String bind;

        @Option(names = "--slots", paramLabel = "N")
        private @Nullable String slots;

        @Option(names = "--most", paramLabel = "N")
        private @Nullable String most;

        @Override
        public Integer call() throws InterruptedException {
            if (directory == null) {
                throw CliException.usage(
                        "cluster agent expects the directory of its credentials, which weft cluster init"
                                + " has made: weft cluster agent DIRECTORY");
            }
            int each = slots == null
                    ? Runtime.getRuntime().availableProcessors()
                    : Quantities.number("--slots", slots, 1, MOST_SLOTS);
            int all = most == null
                    ? MOST_PER_SLOT * each
                    : Quantities.number("--most", most, 1, MOST_PER_SLOT * MOST_SLOTS);
            Process agent;
            try {
                agent = AgentProcess.start(directory, name, bind, each, all);
            } catch (IOException e) {
                throw CliException.failure(String.valueOf(e.getMessage()));
            }
            // Its standard input ends with this process, or here, and it then ends its workers first.
            Runtime.getRuntime().addShutdownHook(new Thread(() -> end(agent), "weft-agent-end"));
            int code = agent.waitFor();
            return code == 0 ? ExitCodes.OK : ExitCodes.FAILURE;
        }

        private static void end(Process agent) {
            try {
                agent.getOutputStream().close();
                agent.waitFor();
            } catch (IOException e) {
                agent.destroy();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
