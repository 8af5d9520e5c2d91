package dev.weft.http;

import io.netty.handler.codec.http.HttpHeaderValidationUtil;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Headers that a program made, checked. */
record ListedHeaders(List<Map.Entry<String, String>> fields) implements Headers {
    static ListedHeaders of(List<String> namesAndValues) {
        if (namesAndValues.size() % 2 != 0) {
            throw new IllegalArgumentException("headers are given as name, value, name, value, and there were "
                    + namesAndValues.size() + " strings");
        }
        List<Map.Entry<String, String>> fields = new ArrayList<>(namesAndValues.size() / 2);
        for (int i = 0; i < namesAndValues.size(); i += 2) {
            fields.add(checked(namesAndValues.get(i), namesAndValues.get(i + 1)));
        }
        return new ListedHeaders(List.copyOf(fields));
    }

    private static Map.Entry<String, String> checked(String name, String value) {
        int at = name.isEmpty() ? 0 : HttpHeaderValidationUtil.validateToken(name);
        if (at >= 0) {
            throw new IllegalArgumentException("the header name '" + name + "' is no token: position " + at
                    + " holds a character that RFC 9110 does not allow there");
        }
        at = HttpHeaderValidationUtil.validateValidHeaderValue(value);
        if (at >= 0) {
            throw new IllegalArgumentException(
                    "the value of header '" + name + "' holds a control character at position " + at);
        }
        return Map.entry(name, value);
    }

    static Headers without(Headers headers, String name) {
        List<Map.Entry<String, String>> left = new ArrayList<>();
        for (Map.Entry<String, String> field : headers) {
            if (!field.getKey().equalsIgnoreCase(name)) {
                left.add(field);
            }
        }
        return new ListedHeaders(List.copyOf(left));
    }

    static Headers merge(Headers below, Headers above) {
        if (!above.iterator().hasNext()) {
            return below;
        }
        List<Map.Entry<String, String>> all = new ArrayList<>();
        for (Map.Entry<String, String> field : below) {
            if (!above.contains(field.getKey())) {
                all.add(field);
            }
        }
        above.forEach(all::add);
        return new ListedHeaders(List.copyOf(all));
    }

    @Override
    public @Nullable String first(String name) {
        for (Map.Entry<String, String> field : fields) {
            if (field.getKey().equalsIgnoreCase(name)) {
                return field.getValue();
            }
        }
        return null;
    }

    @Override
    public List<String> all(String name) {
        return fields.stream()
                .filter(field -> field.getKey().equalsIgnoreCase(name))
                .map(Map.Entry::getValue)
                .toList();
    }

    @Override
    public Headers with(String name, String value) {
        List<Map.Entry<String, String>> more = new ArrayList<>(fields);
        more.add(checked(name, value));
        return new ListedHeaders(List.copyOf(more));
    }

    @Override
    public Iterator<Map.Entry<String, String>> iterator() {
        return fields.iterator();
    }

    @Override
    public String toString() {
        return fields.toString();
    }
}
