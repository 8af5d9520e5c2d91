/** The event loop for those who hold it in their hands. */
@NullMarked
package dev.weft.loop;

import org.jspecify.annotations.NullMarked;
