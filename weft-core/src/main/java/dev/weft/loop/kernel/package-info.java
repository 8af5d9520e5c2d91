/** Internal: pump, scheduler, timers and task registry; for Weft's own modules only. */
@NullMarked
package dev.weft.loop.kernel;

import org.jspecify.annotations.NullMarked;
