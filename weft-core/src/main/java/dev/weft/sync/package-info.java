/**
 * Primitives with which coroutines and threads wait for one another: they suspend a coroutine instead of its loop,
 * serve in the order of arrival, and take part in cancellation.
 *
 * <p>What holds for all of them:
 *
 * <ul>
 *   <li><b>Threads.</b> Every method may be called from any coroutine of any loop and from any thread; a call that
 *       waits suspends a coroutine and blocks any other thread. No method but those that say that they wait ever
 *       suspends.
 *   <li><b>Order.</b> Who waits is served first come, first served, by hand-over: what becomes free goes to the
 *       first in line, and nobody who comes later can take it away.
 *   <li><b>Cancellation.</b> A call that waits is a checkpoint, even where it need not wait: it throws
 *       {@link dev.weft.Cancelled} if the calling task has been cancelled or, outside of a coroutine, the thread been
 *       interrupted, which stays interrupted. A call that throws has had no effect: what it was given at the same
 *       moment is passed on to the next in line.
 *   <li><b>Memory.</b> What a thread did before it released, set, signalled, put or sent happens-before what
 *       another does after the call that this ended.
 *   <li><b>Time limits</b> are those of {@link dev.weft.Weft#withTimeout}.
 * </ul>
 */
@NullMarked
package dev.weft.sync;

import org.jspecify.annotations.NullMarked;
