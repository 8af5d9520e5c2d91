/** Java functions for {@code weft map}: found, compiled, called with inputs, and their results said as text. */
@NullMarked
package dev.weft.cli.function;

import org.jspecify.annotations.NullMarked;
