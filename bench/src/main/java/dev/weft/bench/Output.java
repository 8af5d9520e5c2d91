package dev.weft.bench;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a measuring program printed: lines of a key and its values.
 *
 * @param lines the values by key
 */
record Output(Map<String, String> lines) {
    static Output parse(String text) {
        var lines = new LinkedHashMap<String, String>();
        text.lines().forEach(line -> {
            int blank = line.indexOf(' ');
            if (blank > 0) {
                lines.put(line.substring(0, blank), line.substring(blank + 1).strip());
            }
        });
        return new Output(lines);
    }

    String text(String key) {
        String value = lines.get(key);
        if (value == null) {
            throw new IllegalStateException(
                    "expected a line '" + key + "' in the output of the program, found " + lines.keySet());
        }
        return value;
    }

    List<Double> values(String key) {
        return Arrays.stream(text(key).split(" ", -1)).map(Double::valueOf).toList();
    }
}
