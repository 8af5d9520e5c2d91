/** Pools of worker JVMs on several machines. */
@NullMarked
package dev.weft.cluster;

import org.jspecify.annotations.NullMarked;
