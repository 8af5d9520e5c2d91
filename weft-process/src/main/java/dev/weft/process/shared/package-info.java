/**
 * What {@code dev.weft.process.memory} and {@code dev.weft.process.sync} rest on: blocks of memory with names, who of
 * their users is alive, and the waits for a change of them. Not exported.
 *
 * <p>Read {@link dev.weft.process.shared.Presence}, {@link dev.weft.process.shared.Block} and
 * {@link dev.weft.process.shared.Waits}, in this order.
 */
@NullMarked
package dev.weft.process.shared;

import org.jspecify.annotations.NullMarked;
