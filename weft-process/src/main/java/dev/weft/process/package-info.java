/** Pools of worker JVMs: a crash costs one task. */
@NullMarked
package dev.weft.process;

import org.jspecify.annotations.NullMarked;
