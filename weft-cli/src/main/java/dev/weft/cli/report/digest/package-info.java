/**
 * Reads the directory of a run once, from its begin to its end, into a report: whatever the number of outcomes, what
 * is kept of them fits into a few megabytes.
 *
 * <p>{@link dev.weft.cli.report.digest.RunReader} reads; each of the others keeps one thing.
 */
@NullMarked
package dev.weft.cli.report.digest;

import org.jspecify.annotations.NullMarked;
