/**
 * The programs that the harness runs as whole processes: Weft's side of each row, and that of the JDK itself.
 *
 * <p>They print what {@code bench/peers/peers.py} documents, and so do the programs in other languages beside it.
 */
@NullMarked
package dev.weft.bench.program;

import org.jspecify.annotations.NullMarked;
