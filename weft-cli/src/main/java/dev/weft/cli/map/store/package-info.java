/** What is kept of a run: its settings, inputs and outcomes, so that it can be taken up again after any end. */
@NullMarked
package dev.weft.cli.map.store;

import org.jspecify.annotations.NullMarked;
