/** How objects become the bytes that travel between processes: the port, and Apache Fory behind it. */
@NullMarked
package dev.weft.process.codec;

import org.jspecify.annotations.NullMarked;
