/**
 * Requests for {@code weft map} and {@code weft fetch}: to standard output, to JSON, or to files that are taken up
 * where they broke off.
 */
@NullMarked
package dev.weft.cli.fetch;

import org.jspecify.annotations.NullMarked;
