/**
 * Programs of the network: a crawler, an API over a database, a chat. Each has a {@code main}, and takes its limits
 * seriously.
 */
@NullMarked
package dev.weft.examples.http;

import org.jspecify.annotations.NullMarked;
