/** What driver, gateway and agents say to each other. */
@NullMarked
package dev.weft.cluster.wire;

import org.jspecify.annotations.NullMarked;
