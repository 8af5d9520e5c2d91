/** What a line of the program {@code weft map} costs for each input, beside the tools that do the same. */
@NullMarked
package dev.weft.bench.map;

import org.jspecify.annotations.NullMarked;
