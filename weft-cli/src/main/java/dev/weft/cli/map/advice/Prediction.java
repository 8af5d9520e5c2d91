package dev.weft.cli.map.advice;

import dev.weft.cli.map.run.Model;

/**
 * How long the work is expected to take under a model.
 *
 * @param model the model
 * @param jobs how many at once
 * @param seconds how long, for all inputs that it was made for
 */
public record Prediction(Model model, int jobs, double seconds) {}
