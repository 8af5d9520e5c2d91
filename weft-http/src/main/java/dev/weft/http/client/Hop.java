package dev.weft.http.client;

import dev.weft.http.Headers;
import java.net.URI;

/**
 * A redirect on the way to a response.
 *
 * @param uri the URL that redirected
 * @param status its status
 * @param headers its header fields
 */
public record Hop(URI uri, int status, Headers headers) {}
