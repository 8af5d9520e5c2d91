/**
 * What processes use to wait for one another. See {@code docs/process-sync.md}.
 */
@NullMarked
package dev.weft.process.sync;

import org.jspecify.annotations.NullMarked;
