/** The program of a node that runs workers for drivers. */
@NullMarked
package dev.weft.cluster.agent;

import org.jspecify.annotations.NullMarked;
