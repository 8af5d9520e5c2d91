/** The program that stands between a driver and the cluster. */
@NullMarked
package dev.weft.cluster.gateway;

import org.jspecify.annotations.NullMarked;
