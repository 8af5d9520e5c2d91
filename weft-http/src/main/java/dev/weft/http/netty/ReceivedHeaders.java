package dev.weft.http.netty;

import dev.weft.http.Headers;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Headers that the codec decoded, which nobody changes any more. */
public final class ReceivedHeaders implements Headers {
    private final HttpHeaders fields;

    /**
     * Wraps decoded headers.
     *
     * @param fields the headers
     */
    public ReceivedHeaders(HttpHeaders fields) {
        this.fields = fields;
    }

    @Override
    public @Nullable String first(String name) {
        return fields.get(name);
    }

    @Override
    public List<String> all(String name) {
        return fields.contains(name) ? List.copyOf(fields.getAll(name)) : List.of();
    }

    @Override
    public Headers with(String name, String value) {
        List<String> all = new ArrayList<>();
        for (Map.Entry<String, String> field : fields) {
            all.add(field.getKey());
            all.add(field.getValue());
        }
        all.add(name);
        all.add(value);
        return Headers.of(all.toArray(String[]::new));
    }

    @Override
    public Iterator<Map.Entry<String, String>> iterator() {
        return Collections.unmodifiableList(fields.entries()).iterator();
    }

    @Override
    public String toString() {
        return fields.entries().toString();
    }
}
