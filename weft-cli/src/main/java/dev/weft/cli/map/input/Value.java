package dev.weft.cli.map.input;

import java.io.Serializable;
import java.util.Map;

/**
 * What one source gives for one input.
 *
 * @param text the whole of it, as {@linkplain dev.weft.cli.text.RawText raw text}
 * @param columns its parts by name, in their order; empty if the source has no names
 */
public record Value(String text, Map<String, String> columns) implements Serializable {
    /**
     * Makes a value without parts.
     *
     * @param text the text
     * @return the value
     */
    public static Value of(String text) {
        return new Value(text, Map.of());
    }
}
