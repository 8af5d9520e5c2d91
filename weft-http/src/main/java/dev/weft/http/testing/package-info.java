/**
 * For tests: {@link dev.weft.http.testing.TestServer} serves an application for one test,
 * {@link dev.weft.http.testing.Recording} plays back what a server once said.
 */
@NullMarked
package dev.weft.http.testing;

import org.jspecify.annotations.NullMarked;
