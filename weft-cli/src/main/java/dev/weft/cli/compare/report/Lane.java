package dev.weft.cli.compare.report;

import java.util.List;

/**
 * What one thread, loop or process did in a round. The spans of a loop overlap: many tasks wait on it at the same time.
 *
 * @param name its name
 * @param kind {@code thread}, {@code loop} or {@code process}
 * @param spans what it did, by start
 */
public record Lane(String name, String kind, List<Span> spans) {}
