package dev.weft;

import java.util.Set;

/**
 * Which tasks have ended and which have not, when {@link Weft#waitUntil} returned.
 *
 * @param done those that had ended, in the order in which they were given
 * @param pending those that had not, in the order in which they were given; they go on
 * @param <K> the kind of task
 */
public record Waited<K extends Task<?>>(Set<K> done, Set<K> pending) {}
