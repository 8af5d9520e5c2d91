/**
 * {@code weft ps}, {@code tree}, {@code top}, {@code why}, {@code dump} and {@code trace}: looks into running
 * processes. {@link dev.weft.cli.live.Target} is where to begin.
 */
@NullMarked
package dev.weft.cli.live;

import org.jspecify.annotations.NullMarked;
