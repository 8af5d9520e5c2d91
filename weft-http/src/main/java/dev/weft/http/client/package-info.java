/** The HTTP client: a session with its pool of connections, and responses. */
@NullMarked
package dev.weft.http.client;

import org.jspecify.annotations.NullMarked;
