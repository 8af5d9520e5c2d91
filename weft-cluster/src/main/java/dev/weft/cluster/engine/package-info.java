/** What carries bytes between the nodes of a cluster. */
@NullMarked
package dev.weft.cluster.engine;

import org.jspecify.annotations.NullMarked;
