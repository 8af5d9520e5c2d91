package dev.weft.cli.map;

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

    @Option(names = "--with", paramLabel = "MODEL")
    @Nullable
    String model;
}
