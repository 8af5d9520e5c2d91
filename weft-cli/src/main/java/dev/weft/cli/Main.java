package dev.weft.cli;

import dev.weft.cli.command.RawArguments;
import java.util.List;

/** Entry point of the {@code weft} program. */
public final class Main {

    private Main() {}

    /**
     * Runs one command and ends the JVM with its exit status; see {@link ExitCodes}.
     *
     * @param args the command and its arguments
     */
    public static void main(String[] args) {
        // Answered before anything else is loaded: it is asked for often, and must cost no more than the JVM.
        if (args.length == 1 && args[0].equals("--version")) {
            // Runtime.version() would say the same with a stream and its lambda.
            System.out.println("weft " + Version.text() + " (JDK " + System.getProperty("java.runtime.version") + ")");
            if (System.getProperty(Training.PROPERTY) != null) {
                Training.run();
                System.exit(0); // as every other command ends, which takes classes, too
            }
            return;
        }
        System.exit(Cli.run(RawArguments.of(List.of(args)).toArray(String[]::new)));
    }
}
