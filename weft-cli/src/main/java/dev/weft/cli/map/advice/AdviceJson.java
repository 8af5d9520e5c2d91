package dev.weft.cli.map.advice;

import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Advice as JSON, which {@code weft-advice-1.schema.json} describes. */
public final class AdviceJson {
    /** The name and version of the format. */
    public static final String SCHEMA = "weft-advice/1";

    /**
     * What came of the choice.
     *
     * @param inputs how many inputs were run after the choice
     * @param seconds how long they took
     */
    public record Outcome(long inputs, double seconds) {}

    private AdviceJson() {}

    /**
     * Writes advice.
     *
     * @param advice the advice
     * @param run the name of the run whose inputs were measured
     * @param done how many inputs have been run already, whose results are kept; null if it goes on by itself
     * @param commandLine the arguments of the program that follow it; null if nobody is to type them
     * @param outcome what came of it; null if that is not known
     * @return one JSON document, with a line end
     */
    public static String write(
            Advice advice,
            String run,
            @Nullable Long done,
            @Nullable List<String> commandLine,
            @Nullable Outcome outcome) {
        ObjectNode root = JsonMapper.shared().createObjectNode();
        root.put("schema", SCHEMA).put("run", run);
        measured(root.putObject("measured"), advice.measured());
        root.put("model", advice.model().word()).put("jobs", advice.jobs());
        root.put("because", advice.because().name().toLowerCase(Locale.ROOT).replace('_', '-'));
        root.put("why", advice.why());
        root.put("done", done).put("inputs", advice.inputs());
        var predictions = root.putArray("predictions");
        for (Prediction prediction : advice.predictions()) {
            prediction(predictions.addObject(), prediction);
        }
        if (commandLine == null) {
            root.putNull("commandLine");
        } else {
            commandLine.forEach(root.putArray("commandLine")::add);
        }
        if (outcome == null) {
            root.putNull("outcome");
        } else {
            Prediction expected = CostModel.of(advice.measured(), outcome.inputs(), advice.model(), advice.jobs());
            root.putObject("outcome")
                    .put("inputs", outcome.inputs())
                    .put("seconds", outcome.seconds())
                    .put("predictedSeconds", expected.seconds());
        }
        return JsonMapper.shared().writeValueAsString(root) + "\n";
    }

    private static void prediction(ObjectNode node, Prediction prediction) {
        node.put("model", prediction.model().word())
                .put("jobs", prediction.jobs())
                .put("seconds", prediction.seconds());
    }

    private static void measured(ObjectNode node, Measured measured) {
        node.put("kind", measured.kind().name().toLowerCase(Locale.ROOT));
        node.put("processors", measured.processors()).put("atOnce", measured.atOnce());
        node.put("probes", measured.probes());
        number(node, "cpuSeconds", measured.cpu());
        number(node, "waitSeconds", measured.waited());
        number(node, "lockSeconds", measured.lock());
        node.put("lock", measured.lockName());
        number(node, "queueSeconds", measured.queue());
        number(node, "collectionSeconds", measured.collection());
        number(node, "medianSeconds", measured.median());
        number(node, "longestSeconds", measured.longest());
        number(node, "serialShare", Double.isNaN(measured.lock()) ? Double.NaN : measured.serial());
        if (measured.allocated() < 0) {
            node.putNull("allocatedBytes");
        } else {
            node.put("allocatedBytes", measured.allocated());
        }
    }

    private static void number(ObjectNode node, String name, double value) {
        if (Double.isNaN(value)) {
            node.putNull(name);
        } else {
            node.put(name, value);
        }
    }
}
