package dev.weft.cli.map.input;

import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The first of one source with the first of another, and so on. Sources of different length are refused where it shows.
 */
public final class ZipSource implements Source {
    private final Source first;
    private final Source second;
    private long number;

    /**
     * Combines.
     *
     * @param first the source whose values come first
     * @param second the other one
     */
    public ZipSource(Source first, Source second) {
        this.first = first;
        this.second = second;
    }

    @Override
    public @Nullable List<Value> next() throws IOException {
        List<Value> left = first.next();
        List<Value> right = second.next();
        if ((left == null) != (right == null)) {
            throw new IOException("expected sources of the same length to zip, found that the "
                    + (left == null ? "first" : "second") + " ends after " + number + " and the other goes on");
        }
        number++;
        return left == null || right == null ? null : ProductSource.joined(left, right);
    }

    @Override
    public boolean mayWait() {
        return first.mayWait() || second.mayWait();
    }

    @Override
    public void close() throws IOException {
        try (first;
                second) {
            // closed in any case
        }
    }
}
