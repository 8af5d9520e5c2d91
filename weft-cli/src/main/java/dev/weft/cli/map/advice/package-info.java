/**
 * Which model to run work under, and how many at once: what is measured of the first inputs, what follows from it for
 * all of them, and why, in a sentence tied to a number.
 *
 * <p>{@link dev.weft.cli.map.advice.Meter} measures, {@link dev.weft.cli.map.advice.CostModel} predicts,
 * {@link dev.weft.cli.map.advice.Advisor} chooses. The last two are pure functions of
 * {@link dev.weft.cli.map.advice.Measured}.
 */
@NullMarked
package dev.weft.cli.map.advice;

import org.jspecify.annotations.NullMarked;
