package dev.weft.process;

import java.io.Serializable;

/**
 * Stands for a {@link java.nio.ByteBuffer} inside a graph; see {@link Buffers}.
 *
 * @param flags how it is held
 * @param position its position
 * @param limit its limit
 * @param content an array of bytes, or a {@link LargeContent}
 */
@SuppressWarnings("serial") // the content is one of two
record SentBuffer(byte flags, int position, int limit, Object content) implements Serializable {}
