package dev.weft.http;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The header fields of a message, in order; names are compared without regard to case and may occur more than once.
 * Immutable.
 */
public interface Headers extends Iterable<Map.Entry<String, String>> {
    /**
     * Makes headers.
     *
     * @param namesAndValues name, value, name, value, ...
     * @return the headers
     * @throws IllegalArgumentException if the number of strings is odd, a name is no token, or a value holds a
     *     character that would end the line
     */
    static Headers of(String... namesAndValues) {
        return ListedHeaders.of(List.of(namesAndValues));
    }

    /**
     * {@return the first value with this name, or null if there is none}
     *
     * @param name the name
     */
    @Nullable
    String first(String name);

    /**
     * {@return all values with this name, in order; empty if there are none}
     *
     * @param name the name
     */
    List<String> all(String name);

    /**
     * {@return whether there is a field with this name}
     *
     * @param name the name
     */
    default boolean contains(String name) {
        return first(name) != null;
    }

    /**
     * Adds a field at the end.
     *
     * @param name its name
     * @param value its value
     * @return new headers with this field too
     * @throws IllegalArgumentException if the name is no token, or the value holds a character that would end the line
     */
    Headers with(String name, String value);

    /**
     * Removes all fields with a name.
     *
     * @param name the name
     * @return headers without them
     */
    default Headers without(String name) {
        return ListedHeaders.without(this, name);
    }

    /**
     * Puts one field in the place of all with its name.
     *
     * @param name its name
     * @param value its value
     * @return headers in which it is the only field of this name
     * @throws IllegalArgumentException if the name is no token, or the value holds a character that would end the line
     */
    default Headers replacing(String name, String value) {
        return without(name).with(name, value);
    }

    /**
     * Puts other headers over these: a name that occurs there replaces all fields of that name here.
     *
     * @param others the others
     * @return the merged headers
     */
    default Headers merge(Headers others) {
        return ListedHeaders.merge(this, others);
    }
}
