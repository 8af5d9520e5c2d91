/** The {@code weft} program: its commands, its output and its report. */
@NullMarked
package dev.weft.cli;

import org.jspecify.annotations.NullMarked;
