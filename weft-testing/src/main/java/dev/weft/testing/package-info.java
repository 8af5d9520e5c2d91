/**
 * Tests of code that runs on a loop: the clock stands under the control of the test, and so does the order in which
 * coroutines run.
 *
 * <p>{@link dev.weft.testing.LoopTest} is the annotation for JUnit, {@link dev.weft.testing.Simulation} the same
 * without JUnit.
 */
@NullMarked
package dev.weft.testing;

import org.jspecify.annotations.NullMarked;
