/** Between Netty's messages and those of Weft; not exported. */
@NullMarked
package dev.weft.http.netty;

import org.jspecify.annotations.NullMarked;
