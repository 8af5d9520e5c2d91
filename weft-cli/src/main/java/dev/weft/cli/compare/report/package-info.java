/**
 * What a comparison found, as plain records: the JSON that {@code --json} prints and the data of the HTML page.
 *
 * <p>Times are in seconds, sizes in bytes, shares between 0 and 1. The names of the components are the names in the
 * JSON; components may be added, never renamed.
 */
@NullMarked
package dev.weft.cli.compare.report;

import org.jspecify.annotations.NullMarked;
