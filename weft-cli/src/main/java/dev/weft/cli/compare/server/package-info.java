/** The pages that the comparison fetches, and the process that serves them. */
@NullMarked
package dev.weft.cli.compare.server;

import org.jspecify.annotations.NullMarked;
