/**
 * The programs of the rows about the network: one generator of load for all servers, one server for all clients, and
 * Weft's and the JVM's sides of both.
 *
 * <p>A server prints {@code runtime} and what it is, and {@code port} and where it listens, and ends when its standard
 * input does. A client prints what {@code bench/peers/peers.py} documents.
 */
@NullMarked
package dev.weft.bench.net;

import org.jspecify.annotations.NullMarked;
