/**
 * How a comparison measures: warm-up, interleaved rounds in random order until the ratios are known well enough, and
 * what follows from them.
 */
@NullMarked
package dev.weft.cli.compare.engine;

import org.jspecify.annotations.NullMarked;
