package dev.weft.process;

import java.io.Serializable;

/**
 * Stands for a {@link java.lang.foreign.MemorySegment} inside a graph; see {@link Buffers}.
 *
 * @param flags how it is held
 * @param holder the kind of array that holds it, if one does
 * @param content an array of bytes, or a {@link LargeContent}
 */
@SuppressWarnings("serial") // the content is one of two
record SentMemory(byte flags, byte holder, Object content) implements Serializable {}
