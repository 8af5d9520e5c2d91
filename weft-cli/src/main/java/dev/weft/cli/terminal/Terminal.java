package dev.weft.cli.terminal;

import java.io.Console;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** What standard output and standard error are connected with. */
public final class Terminal {
    private static final int OUTPUT = 1;
    private static final int ERROR = 2;
    private static final int USUAL_WIDTH = 80;
    private static final int STTY_MILLIS = 500;

    private final boolean colours;

    /**
     * Looks at the environment.
     *
     * @param colours false if the user wants none; otherwise terminals get them, unless {@code NO_COLOR} is set
     */
    public Terminal(boolean colours) {
        String noColor = System.getenv("NO_COLOR");
        this.colours = colours && (noColor == null || noColor.isEmpty()) && !"dumb".equals(System.getenv("TERM"));
    }

    /**
     * {@return the style for standard output}
     */
    public Style output() {
        return new Style(colours && isTerminal(OUTPUT));
    }

    /**
     * {@return the style for standard error}
     */
    public Style error() {
        return new Style(colours && isTerminal(ERROR));
    }

    /**
     * {@return whether a progress bar can be drawn on standard error}
     */
    public boolean canRedraw() {
        return isTerminal(ERROR) && !"dumb".equals(System.getenv("TERM"));
    }

    /**
     * {@return whether standard output is a terminal that can be redrawn}
     */
    public boolean canRedrawOutput() {
        return isTerminal(OUTPUT) && !"dumb".equals(System.getenv("TERM"));
    }

    /**
     * Asks the terminal for its width.
     *
     * @return the columns, or 80 where nobody knows
     */
    public int width() {
        String columns = System.getenv("COLUMNS");
        if (columns != null && columns.matches("[1-9][0-9]{0,3}")) {
            return Integer.parseInt(columns);
        }
        File tty = new File("/dev/tty");
        if (!tty.exists()) {
            return USUAL_WIDTH;
        }
        try {
            Process stty = new ProcessBuilder("stty", "size")
                    .redirectInput(tty)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            if (!stty.waitFor(STTY_MILLIS, TimeUnit.MILLISECONDS)) {
                stty.destroyForcibly();
                return USUAL_WIDTH;
            }
            String answer = new String(stty.getInputStream().readAllBytes(), StandardCharsets.US_ASCII).strip();
            return answer.matches("\\d+ [1-9]\\d{0,3}") ? Integer.parseInt(answer.split(" ", 2)[1]) : USUAL_WIDTH;
        } catch (IOException e) {
            return USUAL_WIDTH; // no terminal, or no stty
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return USUAL_WIDTH;
        }
    }

    private static boolean isTerminal(int descriptor) {
        Path link = Path.of("/proc/self/fd/" + descriptor);
        try {
            String target = Files.readSymbolicLink(link).toString();
            return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty") || target.equals("/dev/console");
        } catch (IOException | UnsupportedOperationException e) {
            // Not Linux. The JDK knows only of standard input and output together.
            return Optional.ofNullable(System.console())
                    .map(Console::isTerminal)
                    .orElse(false);
        }
    }
}
