package dev.weft.process.connection;

/**
 * What {@link Connections#waitAny} can wait for: a {@link Connection} that has a message, a {@link Listener} that has a
 * caller, a {@link Sentinel} whose process has ended.
 */
public sealed interface Waitable permits Connection, Listener, Sentinel {}
