/**
 * The programs of Vert.x and Helidon in the rows about the network. They print what those of {@code dev.weft.bench.net}
 * do.
 */
@NullMarked
package dev.weft.bench.peers;

import org.jspecify.annotations.NullMarked;
