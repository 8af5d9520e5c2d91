/**
 * What is known of a run, as plain records: the JSON that {@code weft report --json} prints and the data of its other
 * forms.
 *
 * <p>Times are in seconds, sizes in bytes, shares between 0 and 1. Times of a run are working time: they begin with
 * its first session, and the time between sessions is left out. The names of the components are the names in the
 * JSON; components may be added, never renamed.
 */
@NullMarked
package dev.weft.cli.report.data;

import org.jspecify.annotations.NullMarked;
