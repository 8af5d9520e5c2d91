package dev.weft.cli.compare.report;

/**
 * Something that went wrong without ending the run.
 *
 * @param model under which model
 * @param round in which round first; 0 in the warm-up
 * @param task what failed, such as {@code range 17} or a URL
 * @param message what was expected, what was found, what to do
 * @param count how often, over all rounds of the model
 */
public record Failure(String model, int round, String task, String message, int count) {}
