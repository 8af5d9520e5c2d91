package dev.weft.cli.doctor;

import dev.weft.cli.ExitCodes;
import dev.weft.cli.terminal.Style;
import dev.weft.cli.terminal.Terminal;
import dev.weft.cli.text.Paragraph;
import java.io.PrintStream;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code weft doctor}: says what Weft finds on this machine and what to do about what is missing. */
@Command(name = "doctor")
public final class DoctorCommand implements Callable<Integer> {
    private static final int WIDTH = 80;
    private static final int LABEL = 16;

    private final PrintStream out;

    @Option(names = "--no-color")
    private boolean noColor;

    /**
     * Makes the command.
     *
     * @param out standard output
     */
    public DoctorCommand(PrintStream out) {
        this.out = out;
    }

    @Override
    public Integer call() {
        List<Finding> findings = Examination.all();
        Style style = new Terminal(!noColor).output();
        findings.forEach(finding -> print(finding, style));
        long red = findings.stream()
                .filter(finding -> finding.state() == Finding.State.RED)
                .count();
        long yellow = findings.stream()
                .filter(finding -> finding.state() == Finding.State.YELLOW)
                .count();
        out.println();
        out.println(red + yellow == 0 ? "All is well." : red + " red, " + yellow + " yellow.");
        return red == 0 ? ExitCodes.OK : ExitCodes.SOME_FAILED;
    }

    private void print(Finding finding, Style style) {
        String mark = switch (finding.state()) {
            case GREEN -> style.green("✓");
            case YELLOW -> style.yellow("!");
            case RED -> style.red("✗");
        };
        List<String> lines = Paragraph.wrap(finding.found(), WIDTH - LABEL - 2);
        out.println(mark + " " + style.bold(finding.subject())
                + " ".repeat(LABEL - finding.subject().length()) + lines.getFirst());
        lines.subList(1, lines.size()).forEach(line -> out.println(" ".repeat(LABEL + 2) + line));
        if (!finding.remedy().isEmpty()) {
            for (String line : Paragraph.wrap("-> " + finding.remedy(), WIDTH - LABEL - 2)) {
                out.println(" ".repeat(LABEL + 2) + line);
            }
        }
    }
}
