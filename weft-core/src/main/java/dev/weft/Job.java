package dev.weft;

import java.io.Serializable;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * Work that can be sent to wherever a {@link Pool} runs it: a thread, a loop or another process.
 *
 * <p>It is a {@link Callable} whose lambdas and method references are serializable by type, so that moving work from
 * one pool to another is one line. What a lambda captures travels with it and must be serializable too; a lambda that
 * uses a field or method of its enclosing object captures that object. A pool that keeps work in this JVM never
 * serializes it.
 *
 * <pre>{@code
 * int width = 640;
 * Task<byte[]> thumbnail = pool.submit(() -> Thumbnails.render(file, width)); // a Job: captures file and width
 * }</pre>
 *
 * @param <T> the result
 */
@FunctionalInterface
public interface Job<T extends @Nullable Object> extends Callable<T>, Serializable {}
