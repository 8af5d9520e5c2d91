/** Runs the inputs of a map: which one next, for how long, how often, and what is printed of it. */
@NullMarked
package dev.weft.cli.map.run;

import org.jspecify.annotations.NullMarked;
