/** Internal: every reflective touch of the JDK, with the portable fallback beside it. */
@NullMarked
package dev.weft.loop.jdk;

import org.jspecify.annotations.NullMarked;
