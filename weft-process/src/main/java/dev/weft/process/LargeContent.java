package dev.weft.process;

import java.io.Serializable;

/**
 * Stands for a large array inside a graph, or for the content of a large buffer: where it is, see {@link SharedFiles}.
 *
 * @param kind the kind of array
 * @param number the number of the file
 * @param length how many bytes it has
 */
record LargeContent(byte kind, long number, int length) implements Serializable {}
