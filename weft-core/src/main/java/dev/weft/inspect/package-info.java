/**
 * The side of the live view in the process that is looked into: a socket that only its user can reach, and one thread
 * that answers there. What there is to tell it gets from a {@link dev.weft.inspect.Source}. For the modules of Weft
 * only.
 */
@NullMarked
package dev.weft.inspect;

import org.jspecify.annotations.NullMarked;
