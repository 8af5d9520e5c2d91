package dev.weft.cli.command;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * A command to be started.
 *
 * @param words the program and its arguments, as {@linkplain dev.weft.cli.text.RawText raw text}
 * @param environment variables beside those of this process
 * @param input what it reads as standard input
 * @param output the file that its standard output is written to; emptied before
 * @param error the file for its standard error; emptied before
 */
public record Command(List<String> words, Map<String, String> environment, Path input, Path output, Path error) {
    /** Where output goes that is to appear as the command writes it: what this process has itself. */
    public static final Path INHERIT = Path.of("-");
}
