/**
 * Messages between two processes: pipes, connections, listeners that let in only who knows the key, and waiting for
 * many at once.
 *
 * <p>Start with {@link dev.weft.process.connection.Pipe} for a process that this one starts, and with
 * {@link dev.weft.process.connection.Listener} and {@link dev.weft.process.connection.Client} for one that was started
 * by somebody else.
 */
@NullMarked
package dev.weft.process.connection;

import org.jspecify.annotations.NullMarked;
