package dev.weft.cli.map.advice;

import dev.weft.cli.map.run.Model;
import java.util.ArrayList;
import java.util.List;

/**
 * Predicts how long inputs take under each model: the longest of what the processors need, what those under way at once
 * need, what a lock lets through, and the longest input; and what it costs to start and to hand over.
 *
 * <p>It knows nothing of caches, of servers that get slower with more requests, and of code that runs faster once it is
 * compiled. In experiments its median error was 11 %, and one in ten was off by half ({@code docs/advice.md}).
 */
public final class CostModel {
    /** What it costs to hand a call to a thread, a virtual thread or a loop. */
    static final double HAND_OVER = 2e-6;

    /** What it costs to send a call to a worker process that is warm. */
    private static final double SEND = 20e-6;

    /** What it takes until a worker process has started and loaded the function. */
    private static final double START = 0.3;

    private final Measured measured;
    private final double inputs;

    private CostModel(Measured measured, long inputs) {
        this.measured = measured;
        this.inputs = inputs;
    }

    /**
     * Predicts for all models that make sense for the work.
     *
     * @param measured what is known of it
     * @param inputs how many
     * @return a prediction for each, in the order of the models
     */
    public static List<Prediction> all(Measured measured, long inputs) {
        int processors = measured.processors();
        List<Prediction> all = new ArrayList<>();
        all.add(of(measured, inputs, Model.SEQUENTIAL, 1));
        switch (measured.kind()) {
            case FUNCTIONS -> {
                all.add(of(measured, inputs, Model.THREADS, processors));
                all.add(of(measured, inputs, Model.VIRTUAL, Model.WAITING));
                all.add(of(measured, inputs, Model.LOOP, Model.WAITING));
                all.add(of(measured, inputs, Model.PROCESSES, processors));
                all.add(of(measured, inputs, Model.HYBRID, Model.PER_LOOP * processors));
            }
            case COMMANDS -> {
                for (int jobs : new int[] {processors, 4 * processors, 16 * processors}) {
                    all.add(of(measured, inputs, Model.THREADS, jobs));
                }
            }
            case REQUESTS -> {
                for (int jobs : new int[] {4, 16, 64}) {
                    all.add(of(measured, inputs, Model.LOOP, jobs));
                }
            }
        }
        return List.copyOf(all);
    }

    /**
     * Predicts for one model.
     *
     * @param measured what is known of the work
     * @param inputs how many
     * @param model the model
     * @param jobs how many at once
     * @return the prediction
     */
    public static Prediction of(Measured measured, long inputs, Model model, int jobs) {
        return new Prediction(model, jobs, inputs == 0 ? 0 : new CostModel(measured, inputs).seconds(model, jobs));
    }

    private double seconds(Model model, int jobs) {
        int processors = measured.processors();
        double collected = inputs * measured.collection();
        return switch (model) {
            case SEQUENTIAL -> inputs * measured.alone() + collected;
            case THREADS, VIRTUAL, AUTO -> several(jobs, Math.min(jobs, processors), true) + handing() + collected;
            case LOOP -> several(jobs, 1, false) + handing() + collected;
            case PROCESSES, HYBRID, CLUSTER ->
                START * Math.max(1, (double) Math.min(jobs, processors) / processors)
                        + several(jobs, Math.min(jobs, processors), false)
                        + (inputs * SEND + collected) / Math.min(jobs, processors);
        };
    }

    /** A command is started all the same, whoever waits for it; and so is a request. */
    private double handing() {
        return measured.kind() == Measured.Kind.FUNCTIONS ? inputs * HAND_OVER : 0;
    }

    private double several(int jobs, int computing, boolean locked) {
        double most = Math.min(jobs, inputs);
        double processors = inputs * measured.computing() / Math.min(computing, most);
        double slots = inputs * measured.alone() / most;
        double lock = locked ? inputs * measured.serial() * measured.alone() : 0;
        return Math.max(Math.max(processors, slots), Math.max(lock, measured.longest()));
    }
}
