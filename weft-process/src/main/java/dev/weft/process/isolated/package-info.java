/** Pools whose workers share the JVM and none of its static state. */
@NullMarked
package dev.weft.process.isolated;

import org.jspecify.annotations.NullMarked;
