/** JSON by Jackson, which is an optional dependency. */
@NullMarked
package dev.weft.http.jackson;

import org.jspecify.annotations.NullMarked;
