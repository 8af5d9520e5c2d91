package dev.weft.bench.advice;

import java.util.List;

/**
 * A job: what a line of {@code weft map} does with inputs.
 *
 * @param name its name, in the table
 * @param what what it does, in a few words
 * @param arguments what is behind {@code weft map}, without the inputs
 * @param inputs the inputs, a line each
 * @param command whether it runs a command, for which only the number at once is to be chosen
 */
record Job(String name, String what, List<String> arguments, List<String> inputs, boolean command) {}
