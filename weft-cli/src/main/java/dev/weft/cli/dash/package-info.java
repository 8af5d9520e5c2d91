/**
 * {@code weft dash}: a page that shows the tasks of a running process while they run.
 *
 * <p>{@link dev.weft.cli.dash.DashServer} answers the browser, {@code Feed} asks the process, and the scripts beside
 * them draw.
 */
@NullMarked
package dev.weft.cli.dash;

import org.jspecify.annotations.NullMarked;
