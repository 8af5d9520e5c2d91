/** The command {@code weft doctor}. */
@NullMarked
package dev.weft.cli.doctor;

import org.jspecify.annotations.NullMarked;
