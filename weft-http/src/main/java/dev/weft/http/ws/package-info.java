/**
 * Websockets, the same on both sides: {@link dev.weft.http.client.ClientSession#webSocket} and
 * {@link dev.weft.http.server.Response#webSocket} open them.
 */
@NullMarked
package dev.weft.http.ws;

import org.jspecify.annotations.NullMarked;
