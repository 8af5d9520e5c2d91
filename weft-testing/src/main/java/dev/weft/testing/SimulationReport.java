package dev.weft.testing;

/**
 * What a simulation that found nothing wrong has looked at.
 *
 * @param runs how often the body ran
 * @param distinct how many different schedules were among them
 * @param steps how many steps all runs took together; counted where the order was chosen
 */
public record SimulationReport(int runs, int distinct, long steps) {}
