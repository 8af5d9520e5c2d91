package dev.weft.cli.map;

import dev.weft.cli.CliException;
import dev.weft.cli.map.run.Model;
import java.nio.file.Path;
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

    @Option(names = "--cluster", paramLabel = "DIRECTORY")
    @Nullable
    Path cluster;

    /**
     * Checks what is said about a cluster.
     *
     * @param chosen the model, if one was chosen
     * @throws CliException if something is missing, or is not for this
     */
    void checkCluster(@Nullable Model chosen) {
        if (chosen != Model.CLUSTER) {
            if (cluster != null) {
                throw CliException.usage("--cluster is for --with cluster, which runs functions on several machines");
            }
        } else if (function == null) {
            throw CliException.usage(
                    "--with cluster is for functions, which --java names: commands run on this machine");
        } else if (cluster == null) {
            throw CliException.usage(
                    "--with cluster needs --cluster DIRECTORY, the credentials that weft cluster init has made");
        }
    }

    /** For completion. */
    static final class ModelNames implements Iterable<String> {
        @Override
        public Iterator<String> iterator() {
            return Model.words().iterator();
        }
    }
}
