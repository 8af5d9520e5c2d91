package dev.weft.cli.command;

import dev.weft.cli.text.RawText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The arguments of this program with all their bytes. The JVM turns those that are no text of its encoding into
 * question marks, and in the C locale all that is not ASCII; Linux still has them as they were given.
 */
public final class RawArguments {
    private static final Path COMMAND_LINE = Path.of("/proc/self/cmdline");

    private RawArguments() {}

    /**
     * Restores what the JVM has lost.
     *
     * @param arguments as {@code main} was given them
     * @return the same, as raw text
     */
    public static List<String> of(List<String> arguments) {
        byte[] all;
        try {
            all = Files.readAllBytes(COMMAND_LINE);
        } catch (IOException e) {
            return arguments; // not Linux
        }
        List<String> words = new ArrayList<>();
        int begin = 0;
        for (int i = 0; i < all.length; i++) {
            if (all[i] == 0) {
                words.add(RawText.decode(all, begin, i - begin));
                begin = i + 1;
            }
        }
        int own = words.size() - arguments.size();
        if (own < 0) {
            return arguments;
        }
        List<String> raw = words.subList(own, words.size());
        for (int i = 0; i < raw.size(); i++) {
            if (!isSame(raw.get(i), arguments.get(i))) {
                return arguments; // from a file of arguments, or from another main
            }
        }
        return List.copyOf(raw);
    }

    /** Whether two texts agree in all that an encoding cannot have lost. */
    private static boolean isSame(String raw, String given) {
        return isAscii(raw) ? raw.equals(given) : !raw.isEmpty() && !isAscii(raw);
    }

    private static boolean isAscii(String text) {
        return text.chars().allMatch(c -> c < 0x80);
    }
}
