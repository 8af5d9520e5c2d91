package dev.weft.cli.map;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options for requests. */
final class FetchOptions {
    @Option(names = "--fetch", paramLabel = "URL")
    @Nullable
    String url;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FILE")
    @Nullable
    String output;

    @Option(names = "--if-changed")
    boolean ifChanged;

    @Option(names = "--per-host", paramLabel = "N")
    @Nullable
    String perHost;

    @Option(names = "--rate", paramLabel = "N/TIME")
    @Nullable
    String rate;

    @Option(
            names = {"-H", "--header"},
            paramLabel = "LINE")
    List<String> headers = new ArrayList<>();

    @Option(
            names = {"-X", "--method"},
            paramLabel = "METHOD")
    @Nullable
    String method;

    @Option(
            names = {"-d", "--data"},
            paramLabel = "TEXT")
    @Nullable
    String data;

    /** {@return the first option that is used, apart from the URL; null if none is} */
    @Nullable
    String used() {
        return output != null
                ? "--output"
                : ifChanged
                        ? "--if-changed"
                        : perHost != null
                                ? "--per-host"
                                : rate != null
                                        ? "--rate"
                                        : !headers.isEmpty()
                                                ? "--header"
                                                : method != null ? "--method" : data != null ? "--data" : null;
    }
}
