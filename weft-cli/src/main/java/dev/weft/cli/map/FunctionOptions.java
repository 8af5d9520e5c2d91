package dev.weft.cli.map;

import dev.weft.cli.map.run.Model;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options for functions. */
final class FunctionOptions {
    @Option(names = "--java", paramLabel = "FUNCTION")
    @Nullable
    String function;

    @Option(
            names = {"--class-path", "--classpath"},
            paramLabel = "PATH")
    String classPath = "";

    @Option(names = "--with", paramLabel = "MODEL", completionCandidates = ModelNames.class)
    @Nullable
    String model;

    /** For completion. */
    static final class ModelNames implements Iterable<String> {
        @Override
        public Iterator<String> iterator() {
            return Model.words().iterator();
        }
    }
}
