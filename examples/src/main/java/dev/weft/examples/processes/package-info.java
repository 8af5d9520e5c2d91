/**
 * Programs on process pools: a function that crashes the JVM, patterns that never end, coroutines over several
 * processes.
 */
@NullMarked
package dev.weft.examples.processes;

import org.jspecify.annotations.NullMarked;
