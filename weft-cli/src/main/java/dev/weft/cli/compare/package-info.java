/** The command {@code weft compare}: its options, its output and how it ends. */
@NullMarked
package dev.weft.cli.compare;

import org.jspecify.annotations.NullMarked;
