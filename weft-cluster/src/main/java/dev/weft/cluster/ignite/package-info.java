/** The engine on Apache Ignite, which runs in the JVMs of gateways and agents only. */
@NullMarked
package dev.weft.cluster.ignite;

import org.jspecify.annotations.NullMarked;
