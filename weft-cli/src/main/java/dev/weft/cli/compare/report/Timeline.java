package dev.weft.cli.compare.report;

import java.util.List;

/**
 * Who did what when, in one round.
 *
 * @param seconds the length of the round
 * @param truncated whether spans or lanes were left out to keep the report small
 * @param lanes one per thread, loop or process
 */
public record Timeline(double seconds, boolean truncated, List<Lane> lanes) {}
