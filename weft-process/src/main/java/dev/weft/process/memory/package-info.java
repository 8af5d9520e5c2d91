/**
 * Memory that several processes have in common: blocks of bytes, arrays and numbers, each with a name, sent to a worker
 * by naming it in the work.
 *
 * <pre>{@code
 * try (var pool = ProcessPool.of(4); var sums = SharedLongArray.create(256)) {
 *     pool.map(file -> count(file, sums), files).forEach(_ -> {});      // count adds with sums.getAndAdd(i, n)
 *     print(sums.toArray());
 * }
 * }</pre>
 *
 * <p>Everything here is removed when the process that made it closes it or ends, however it ends.
 * {@code docs/shared-memory.md} has the rules.
 */
@NullMarked
package dev.weft.process.memory;

import org.jspecify.annotations.NullMarked;
