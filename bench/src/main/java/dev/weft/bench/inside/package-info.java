/** JMH benchmarks of what the public API of Weft costs inside one JVM, with the bytes that each operation allocates. */
@NullMarked
package dev.weft.bench.inside;

import org.jspecify.annotations.NullMarked;
