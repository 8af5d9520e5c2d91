package dev.weft.loop.kernel;

/**
 * Marks what a coroutine waits for and that something outside of its loop brings about: a thread, a process, the
 * network. While a coroutine waits for such a thing the virtual clock of a test stands still.
 */
public interface FromOutside {}
