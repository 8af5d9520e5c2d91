/**
 * What a comparison runs: tasks of real work, written once for all models, and how each model waits in them.
 *
 * <p>A {@link dev.weft.cli.compare.work.Work} does everything that may wait through its
 * {@link dev.weft.cli.compare.work.Access}. The access records when the task waited and when it computed, and leaves
 * the waiting itself to the model's {@link dev.weft.cli.compare.work.Medium}: a blocking call, a call that lets go of a
 * global lock, or a coroutine that suspends.
 */
@NullMarked
package dev.weft.cli.compare.work;

import org.jspecify.annotations.NullMarked;
