/** The native calls of this module: all of them are here, each with a way to do without. Not exported. */
@NullMarked
package dev.weft.process.posix;

import org.jspecify.annotations.NullMarked;
