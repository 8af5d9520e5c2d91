/** What the HTTP client and the HTTP server share. */
@NullMarked
package dev.weft.http;

import org.jspecify.annotations.NullMarked;
