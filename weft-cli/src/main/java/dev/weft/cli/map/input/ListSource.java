package dev.weft.cli.map.input;

import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Values that are all there already. */
public final class ListSource implements Source {
    private final Iterator<Value> values;

    /**
     * Makes a source of texts, such as arguments.
     *
     * @param texts the texts
     */
    public ListSource(List<String> texts) {
        this.values = texts.stream().map(Value::of).iterator();
    }

    @Override
    public @Nullable List<Value> next() {
        return values.hasNext() ? List.of(values.next()) : null;
    }

    @Override
    public void close() {}
}
