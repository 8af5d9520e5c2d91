package dev.weft.cli.live;

import dev.weft.cli.ReportFile;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The file that a command writes. */
final class OutputOption {
    private static final String NAME = "--output";

    @Option(
            names = {"-o", NAME},
            paramLabel = "FILE")
    private @Nullable Path file;

    /** {@return the file; null if none is named} */
    @Nullable
    ReportFile file() {
        return file == null ? null : ReportFile.only(NAME, file);
    }

    /** {@return the file, or another one if none is named} */
    ReportFile fileOr(Path usual) {
        return ReportFile.only(NAME, file == null ? usual : file);
    }
}
