package dev.weft.cli.dash;

import dev.weft.Weft;
import dev.weft.cli.CliException;
import dev.weft.cli.ExitCodes;
import dev.weft.cli.live.Session;
import dev.weft.cli.live.Snapshot.ProcessFacts;
import dev.weft.cli.live.Target;
import dev.weft.cli.live.TargetArgument;
import dev.weft.cli.text.RawText;
import dev.weft.loop.jdk.JdkSignals;
import java.io.IOException;
import java.io.PrintStream;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code weft dash}: shows the tasks of a running process in the browser. */
@Command(name = "dash")
public final class DashCommand implements Callable<Integer> {
    private final PrintStream out;
    private final PrintStream err;

    @Mixin
    private TargetArgument subject = new TargetArgument();

    /**
     * Makes the command.
     *
     * @param out standard output
     * @param err standard error
     */
    public DashCommand(PrintStream out, PrintStream err) {
        this.out = out;
        this.err = err;
    }

    @Override
    public Integer call() throws Exception {
        Target target = subject.find(); // before this process has a loop itself, and is one to be looked into
        ProcessFacts process;
        try (Session session = target.open()) {
            process = session.hello();
        }
        String title = "weft dash: " + process.pid() + " " + RawText.printable(process.main());
        var over = new CompletableFuture<Integer>();
        boolean handled = JdkSignals.handle("INT", over::complete) != null;
        JdkSignals.handle("TERM", signal -> over.complete(128 + signal));
        return Weft.run(() -> {
            try (DashServer server = DashServer.open(target, title)) {
                out.println(server.address());
                out.flush();
                err.println("weft: process " + process.pid() + " (" + RawText.printable(process.main())
                        + ") at the address above, for whoever has it" + (handled ? "; Ctrl-C ends this" : ""));
                err.flush();
                int signal = Weft.await(over);
                return signal > 128 ? signal : ExitCodes.OK;
            } catch (IOException e) {
                throw CliException.failure("cannot listen on 127.0.0.1: " + e.getMessage());
            }
        });
    }
}
