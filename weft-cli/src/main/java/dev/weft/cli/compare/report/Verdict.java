package dev.weft.cli.compare.report;

import org.jspecify.annotations.Nullable;

/**
 * Which model to use for a workload, in words.
 *
 * @param choice the model to use, or null if nothing could be measured
 * @param tooClose whether other models are as fast, as far as this run can tell
 * @param text the advice and the measured advantage, in one or two sentences
 * @param reason why it is so, tied to a measured number
 * @param advice what else to know before following it
 */
public record Verdict(@Nullable String choice, boolean tooClose, String text, String reason, String advice) {}
