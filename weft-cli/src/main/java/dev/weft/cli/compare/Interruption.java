package dev.weft.cli.compare;

import dev.weft.cli.CliException;
import dev.weft.cli.compare.engine.Comparison;
import dev.weft.cli.compare.report.Report;
import java.io.PrintStream;

/**
 * What happens on Ctrl-C and SIGTERM: workers and page server end, and what was measured is printed. The JVM then ends
 * with 130 or 143 by itself.
 *
 * <p>It is a shutdown hook, so the measuring thread may go on meanwhile, whatever it waits for; it dies with the JVM.
 */
final class Interruption {
    private final Thread hook;

    private Interruption(Thread hook) {
        this.hook = hook;
    }

    /** Makes the program end in this way from now on. */
    static Interruption arm(Comparison comparison, Output output, PrintStream err) {
        Thread hook = new Thread(() -> end(comparison, output, err), "weft-interruption");
        Runtime.getRuntime().addShutdownHook(hook);
        return new Interruption(hook);
    }

    /** The comparison is done. If the program is being interrupted just now, this waits until it is gone. */
    void disarm() throws InterruptedException {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            hook.join(); // and then the JVM ends
        }
    }

    private static void end(Comparison comparison, Output output, PrintStream err) {
        // First, since the signal has hit the workers too, and their deaths are no results.
        Report report = comparison.snapshot(true);
        comparison.abandon();
        try {
            output.end(report);
        } catch (CliException e) {
            err.println("weft: " + e.getMessage());
        }
        err.flush();
    }
}
