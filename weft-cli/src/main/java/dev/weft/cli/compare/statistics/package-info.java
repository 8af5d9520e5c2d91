/** The statistics of a comparison: medians, confidence intervals of paired ratios, and what cannot be told apart. */
@NullMarked
package dev.weft.cli.compare.statistics;

import org.jspecify.annotations.NullMarked;
