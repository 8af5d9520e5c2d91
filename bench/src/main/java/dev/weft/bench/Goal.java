package dev.weft.bench;

/**
 * What Weft wants to reach beside one contestant: its figure divided by that of the contestant in the same round.
 *
 * @param contestant the id of the contestant
 * @param ratio the greatest ratio that reaches the goal
 */
record Goal(String contestant, double ratio) {}
