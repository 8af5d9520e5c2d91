package dev.weft.cli.map;

import dev.weft.cli.CliException;
import dev.weft.cli.map.input.CsvSource;
import dev.weft.cli.map.input.GlobSource;
import dev.weft.cli.map.input.JsonLinesSource;
import dev.weft.cli.map.input.LineSource;
import dev.weft.cli.map.input.ListSource;
import dev.weft.cli.map.input.ProductSource;
import dev.weft.cli.map.input.Source;
import dev.weft.cli.map.input.ZipSource;
import dev.weft.cli.text.RawPath;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where the inputs of a command line come from: files of lines, CSV and JSON, patterns, and the words behind
 * {@code :::}, in this order; standard input if nothing is named. Several sources are combined to all combinations, or
 * with {@code --zip} and {@code :::+} one by one.
 */
final class Sources {
    private static final String PRODUCT = ":::";
    private static final String ZIP = ":::+";
    private static final String STANDARD_INPUT = "-";

    /** Words behind a separator. */
    private record Group(boolean zipped, List<String> words) {}

    private final List<String> command = new ArrayList<>();
    private final List<Group> groups = new ArrayList<>();
    private final List<String> lines;
    private final List<String> csv;
    private final List<String> json;
    private final List<String> globs;
    private final char separator;
    private final boolean zip;

    Sources(
            List<String> words,
            List<String> lines,
            List<String> csv,
            List<String> json,
            List<String> globs,
            boolean nul,
            boolean zip) {
        List<String> current = command;
        for (String word : words) {
            if (word.equals(PRODUCT) || word.equals(ZIP)) {
                if (word.equals(ZIP) && groups.isEmpty()) {
                    throw CliException.usage(
                            "':::+' combines with the words behind an earlier ':::', and there are none");
                }
                current = new ArrayList<>();
                groups.add(new Group(word.equals(ZIP), current));
            } else {
                current.add(word);
            }
        }
        this.lines = lines;
        this.csv = csv;
        this.json = json;
        this.globs = globs;
        this.separator = nul ? '\0' : '\n';
        this.zip = zip;
    }

    /** {@return the words before the first separator} */
    List<String> command() {
        return command;
    }

    /** {@return whether standard input is read} */
    boolean readsStandardInput() {
        return lines.contains(STANDARD_INPUT)
                || csv.contains(STANDARD_INPUT)
                || json.contains(STANDARD_INPUT)
                || (lines.isEmpty() && csv.isEmpty() && json.isEmpty() && globs.isEmpty() && groups.isEmpty());
    }

    /**
     * Opens the sources.
     *
     * @return all of them, combined
     * @throws CliException if one is not there
     */
    Source open() {
        List<Source> all = new ArrayList<>();
        try {
            List<String> files = lines.isEmpty() && readsStandardInput() && csv.isEmpty() && json.isEmpty()
                    ? List.of(STANDARD_INPUT)
                    : lines;
            for (String file : files) {
                all.add(new LineSource(name(file), stream(file), separator));
            }
            for (String file : csv) {
                all.add(new CsvSource(name(file), stream(file)));
            }
            for (String file : json) {
                all.add(new JsonLinesSource(name(file), stream(file)));
            }
            for (String pattern : globs) {
                all.add(new GlobSource(pattern));
            }
        } catch (IOException e) {
            throw CliException.usage(CliException.words(e));
        }
        Source combined = null;
        for (Source source : all) {
            combined = combined == null ? source : combined(combined, source, zip);
        }
        return withWords(combined);
    }

    private Source withWords(@Nullable Source first) {
        Source combined = first;
        for (int i = 0; i < groups.size(); i++) {
            Source source = new ListSource(groups.get(i).words);
            // What is zipped belongs together before it is combined with others.
            while (i + 1 < groups.size() && groups.get(i + 1).zipped) {
                source = new ZipSource(source, new ListSource(groups.get(++i).words));
            }
            combined = combined == null ? source : combined(combined, source, zip);
        }
        if (combined == null) {
            throw new IllegalStateException("no source, not even standard input");
        }
        return combined;
    }

    private static Source combined(Source first, Source second, boolean zip) {
        return zip ? new ZipSource(first, second) : new ProductSource(first, second);
    }

    private static String name(String file) {
        return file.equals(STANDARD_INPUT) ? "standard input" : file;
    }

    private static InputStream stream(String file) throws IOException {
        if (file.equals(STANDARD_INPUT)) {
            return new FileInputStream(FileDescriptor.in);
        }
        Path path = RawPath.of(file);
        if (!Files.isReadable(path) || Files.isDirectory(path)) {
            throw new IOException("expected a file of inputs that can be read in " + file + ", found "
                    + (Files.notExists(path)
                            ? "nothing"
                            : Files.isDirectory(path) ? "a directory" : "one that cannot be"));
        }
        return Files.newInputStream(path);
    }
}
