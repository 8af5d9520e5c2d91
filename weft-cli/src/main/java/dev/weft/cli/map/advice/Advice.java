package dev.weft.cli.map.advice;

import dev.weft.cli.map.run.Model;
import dev.weft.cli.text.Words;
import java.util.List;

/**
 * Which model to take, how many at once, and why.
 *
 * @param measured what it rests on
 * @param inputs how many inputs the predictions are for
 * @param model the model
 * @param jobs how many at once
 * @param because what bounds the work
 * @param why the reason, in words that follow a colon, with the number that it rests on
 * @param predictions how long the inputs are expected to take under each model, the chosen one among them
 */
public record Advice(
        Measured measured,
        long inputs,
        Model model,
        int jobs,
        Because because,
        String why,
        List<Prediction> predictions) {

    /** What bounds the work. */
    public enum Because {
        /** Processors. */
        CPU,
        /** Waits. */
        WAITS,
        /** Processors and waits, both of which count. */
        BOTH,
        /** What it costs to hand over work that is very small. */
        OVERHEAD,
        /** A lock. */
        LOCK,
        /** The garbage collector. */
        COLLECTION,
        /** One input that takes much longer than the others. */
        TAIL,
        /** Nothing clearly: two models are expected to be about as fast. */
        TOO_CLOSE,
        /** Not known: too few inputs were measured. */
        UNKNOWN
    }

    /**
     * Has another number at once than was chosen.
     *
     * @param other how many
     * @return the same with that number
     */
    public Advice with(int other) {
        return new Advice(measured, inputs, model, other, because, why, predictions);
    }

    /**
     * {@return the choice and its reason, in one sentence without a full stop}
     */
    public String sentence() {
        return choice() + ": " + why;
    }

    /**
     * {@return the choice, as in {@code virtual threads, 256 at once}}
     */
    public String choice() {
        if (model == Model.SEQUENTIAL) {
            return model.inWords();
        }
        String many = Words.number(jobs) + " at once";
        return switch (measured.kind()) {
            case FUNCTIONS -> model.inWords() + ", " + many;
            case COMMANDS, REQUESTS -> Words.count(jobs, measured.kind().noun()) + " at once";
        };
    }

    /**
     * {@return what is expected of the choice}
     */
    public Prediction prediction() {
        return CostModel.of(measured, inputs, model, jobs);
    }
}
