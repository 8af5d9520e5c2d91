/** Sockets on the loop. */
@NullMarked
package dev.weft.net;

import org.jspecify.annotations.NullMarked;
