/**
 * Netty on the loop, for the modules of Weft that build protocols on it; the only place where the loop and Netty meet.
 */
@NullMarked
package dev.weft.net.netty;

import org.jspecify.annotations.NullMarked;
