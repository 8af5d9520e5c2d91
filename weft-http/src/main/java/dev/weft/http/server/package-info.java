/** The HTTP server: one coroutine per request on the loop that opened it. */
@NullMarked
package dev.weft.http.server;

import org.jspecify.annotations.NullMarked;
