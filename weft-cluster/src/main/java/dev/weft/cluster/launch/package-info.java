/** How the JVMs are started that the engine runs in. */
@NullMarked
package dev.weft.cluster.launch;

import org.jspecify.annotations.NullMarked;
