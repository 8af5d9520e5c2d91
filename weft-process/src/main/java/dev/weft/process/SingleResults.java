package dev.weft.process;

import dev.weft.Outcome;
import dev.weft.Results;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The results of a map whose inputs travel one by one, as they do to workers with a loop. */
final class SingleResults<A extends @Nullable Object, R extends @Nullable Object> implements BatchResults<A, R> {
    private static final int MOST_TOGETHER = 1 << 16;

    private final Results<A, R> each;

    SingleResults(Results<A, R> each) {
        this.each = each;
    }

    /** Has no effect. */
    @Override
    public BatchResults<A, R> batch(int inputs) {
        if (inputs < 1 || inputs > MOST_TOGETHER) {
            throw new IllegalArgumentException(
                    "a batch has 1 to " + MOST_TOGETHER + " inputs, and was to have " + inputs);
        }
        return this;
    }

    @Override
    public BatchResults<A, R> asCompleted() {
        Results<A, R> _ = each.asCompleted();
        return this;
    }

    @Override
    public BatchResults<A, R> lookAhead(int inputs) {
        Results<A, R> _ = each.lookAhead(inputs);
        return this;
    }

    @Override
    public BatchResults<A, R> timeout(Duration limit) {
        Results<A, R> _ = each.timeout(limit);
        return this;
    }

    @Override
    public Iterator<R> iterator() {
        return each.iterator();
    }

    @Override
    public Iterable<Outcome<A, R>> outcomes() {
        return each.outcomes();
    }

    @Override
    public List<R> toList() {
        return each.toList();
    }

    @Override
    public void close() {
        each.close();
    }
}
