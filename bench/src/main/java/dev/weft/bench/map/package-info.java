/** What {@code weft map} costs for each input, beside programs that do the same. */
@NullMarked
package dev.weft.bench.map;

import org.jspecify.annotations.NullMarked;
