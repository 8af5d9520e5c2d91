package dev.weft.cli.function;

import dev.weft.cli.CliException;
import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * A Java source with what it says in comments of JBang's kind: {@code //DEPS group:artifact:version ...},
 * {@code //REPOS url ...}, {@code //SOURCES file ...}, {@code //COMPILE_OPTIONS option ...}.
 *
 * @param path the file
 * @param text what is in it
 * @param dependencies the artifacts that it needs
 * @param repositories where these are, beside Maven Central
 * @param others other sources that are compiled with it
 * @param options for the compiler
 */
record Source(
        Path path,
        String text,
        List<String> dependencies,
        List<String> repositories,
        List<Path> others,
        List<String> options) {
    private static final Pattern ARTIFACT = Pattern.compile("[\\w.-]+:[\\w.-]+:[\\w.${}+-]+(:[\\w.-]+)?(@[\\w.-]+)?");
    private static final Pattern DIRECTIVE = Pattern.compile("//(DEPS|REPOS|SOURCES|COMPILE_OPTIONS)\\s+(.*)");

    /** Reads a source. */
    static Source read(Path path) throws IOException {
        String text;
        try {
            text = Files.readString(path);
        } catch (MalformedInputException e) {
            throw CliException.usage("expected a Java source in UTF-8 in " + path + ", found bytes that are no text");
        }
        List<String> dependencies = new ArrayList<>();
        List<String> repositories = new ArrayList<>();
        List<Path> others = new ArrayList<>();
        List<String> options = new ArrayList<>();
        int number = 0;
        for (String line : text.lines().toList()) {
            number++;
            var matcher = DIRECTIVE.matcher(line.strip());
            if (!matcher.matches()) {
                continue;
            }
            for (String word :
                    matcher.group(2).replaceAll("(^|\\s)//.*", "").strip().split("[\\s,;]+", -1)) {
                switch (matcher.group(1)) {
                    case "DEPS" -> {
                        if (!ARTIFACT.matcher(word).matches()) {
                            throw CliException.usage("expected group:artifact:version behind //DEPS in " + path + ":"
                                    + number + ", found '" + word + "'");
                        }
                        dependencies.add(word);
                    }
                    case "REPOS" -> repositories.add(word);
                    case "SOURCES" -> others.add(path.resolveSibling(word));
                    default -> options.add(word);
                }
            }
        }
        return new Source(path, text, dependencies, repositories, others, options);
    }
}
