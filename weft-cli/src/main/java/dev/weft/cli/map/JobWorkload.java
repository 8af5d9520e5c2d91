package dev.weft.cli.map;

import dev.weft.cli.CliException;
import dev.weft.cli.compare.model.Model;
import dev.weft.cli.compare.work.Work;
import dev.weft.cli.compare.workload.JobToCompare;
import dev.weft.cli.compare.workload.Workload;
import dev.weft.cli.map.input.Input;
import dev.weft.cli.map.input.Source;
import dev.weft.cli.map.input.Value;
import dev.weft.cli.text.Words;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Makes a workload of what a command line of {@code map} asks for. */
final class JobWorkload {
    private static final int MOST_INPUTS = 100_000;

    private JobWorkload() {}

    /**
     * Makes a workload.
     *
     * @param job what is to be done
     * @param sources with which inputs
     * @param sample how many of them at most; 0 for all
     * @param threads how many threads are to work at once, where there are threads
     * @return the workload, and which models make no sense for it
     * @throws IOException if the inputs cannot be read
     */
    static JobToCompare of(Job job, Sources sources, int sample, int threads) throws IOException {
        List<Input> all = read(sources);
        List<Input> chosen = sampled(all, sample);
        List<? extends Work> tasks = job.tasks(chosen);
        Map<Model, String> leftOut = new EnumMap<>(Model.class);
        String nature = switch (job) {
            case FunctionJob _ -> {
                leftOut.put(Model.GIL, "since a function does not say when it waits");
                yield "call";
            }
            case CommandJob _ -> {
                for (Model model : Model.values()) {
                    if (model != Model.SEQUENTIAL && model != Model.THREADS) {
                        leftOut.put(model, "since a command is a process of its own under all of them");
                    }
                }
                yield "command";
            }
            default -> "request";
        };
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("work", job.line(chosen.getFirst()));
        if (chosen.size() < all.size()) {
            settings.put(
                    "sample",
                    Words.count(chosen.size(), "input") + " of " + Words.number(all.size()) + ", spread over all");
        }
        leftOut.forEach((model, reason) -> settings.merge(
                "left out",
                model.id() + " " + reason,
                (before, one) -> before.endsWith(reason)
                        ? before.substring(0, before.length() - reason.length() - 1) + ", " + one
                        : before + "; " + one));
        var workload = new Workload(
                "map",
                "Run " + Words.count(tasks.size(), nature) + " of weft map",
                "A task is what weft map does with an input. What of its time it computes is told by the processor time of its thread or"
                        + " process; when it waited is not known, and drawn at its end.",
                nature,
                settings,
                tasks,
                threads,
                "as --workers says, or one for each core",
                false);
        return new JobToCompare(workload, leftOut);
    }

    private static List<Input> read(Sources sources) throws IOException {
        List<Input> inputs = new ArrayList<>();
        try (Source source = sources.open()) {
            for (List<Value> values = source.next(); values != null; values = source.next()) {
                if (inputs.size() == MOST_INPUTS) {
                    throw CliException.usage("compare map takes at most " + Words.number(MOST_INPUTS)
                            + " inputs, each of which runs many times: give it fewer");
                }
                inputs.add(new Input(inputs.size() + 1, values));
            }
        }
        if (inputs.isEmpty()) {
            throw CliException.usage("compare map expects at least one input, found none");
        }
        return inputs;
    }

    private static List<Input> sampled(List<Input> all, int sample) {
        if (sample == 0 || sample >= all.size()) {
            return all;
        }
        List<Input> chosen = new ArrayList<>();
        for (int i = 0; i < sample; i++) {
            chosen.add(all.get((int) ((long) i * all.size() / sample)));
        }
        return chosen;
    }
}
