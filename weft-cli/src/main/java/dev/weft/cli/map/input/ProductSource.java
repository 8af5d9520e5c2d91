package dev.weft.cli.map.input;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Every combination of two sources, the second varying faster. The first is read as it goes, the second is kept in
 * memory.
 */
public final class ProductSource implements Source {
    private final Source first;
    private final Source second;
    private @Nullable List<List<Value>> kept;
    private @Nullable List<Value> head;
    private int next;

    /**
     * Combines.
     *
     * @param first the slower source
     * @param second the faster one
     */
    public ProductSource(Source first, Source second) {
        this.first = first;
        this.second = second;
    }

    @Override
    public @Nullable List<Value> next() throws IOException {
        if (kept == null) {
            kept = new ArrayList<>();
            for (List<Value> values = second.next(); values != null; values = second.next()) {
                kept.add(values);
            }
        }
        if (head == null || next == kept.size()) {
            head = kept.isEmpty() ? null : first.next();
            next = 0;
        }
        return head == null ? null : joined(head, kept.get(next++));
    }

    static List<Value> joined(List<Value> first, List<Value> second) {
        List<Value> both = new ArrayList<>(first);
        both.addAll(second);
        return both;
    }

    @Override
    public boolean mayWait() {
        return first.mayWait() && (kept == null || next == kept.size());
    }

    @Override
    public void close() throws IOException {
        try (first;
                second) {
            // closed in any case
        }
    }
}
