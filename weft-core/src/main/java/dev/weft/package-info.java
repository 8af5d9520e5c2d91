/** What a program needs to run many things at once: run, tasks and groups, cancellation, deadlines, pools. */
@NullMarked
package dev.weft;

import org.jspecify.annotations.NullMarked;
