package dev.weft.cli.compare.engine;

import dev.weft.cli.compare.model.Model;
import dev.weft.cli.compare.workload.Workload;
import dev.weft.cli.compare.workload.WorkloadName;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What to compare.
 *
 * @param workloads which workloads, in order
 * @param models which models, in order
 * @param quick whether to keep the work small
 * @param budgetSeconds the time for everything
 * @param seed what the order of rounds and the made-up pages follow from
 * @param urls pages to fetch instead of those of the page server
 * @param directory where files are taken from
 * @param job work of the user, instead of workloads; null for none
 * @param scaling whether to measure how throughput follows the number of threads
 * @param workers how many worker processes
 * @param command the arguments of the program, for the report
 * @param version the version of the program, for the report
 */
public record Options(
        List<WorkloadName> workloads,
        List<Model> models,
        boolean quick,
        double budgetSeconds,
        long seed,
        Optional<List<URI>> urls,
        Path directory,
        @Nullable Workload job,
        boolean scaling,
        int workers,
        List<String> command,
        String version) {}
