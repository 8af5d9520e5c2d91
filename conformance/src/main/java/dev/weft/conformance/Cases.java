package dev.weft.conformance;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * All cases, and what is said about those that no test holds.
 *
 * @param all the cases by name, in the order of their suites
 * @param differences those in which Weft differs by design
 * @param areas those that come with a later part of Weft, and with which
 */
record Cases(Map<String, Case> all, Map<String, Difference> differences, Map<String, String> areas) {
    /**
     * Why Weft does otherwise.
     *
     * @param reason why
     * @param instead how it is done with Weft
     */
    record Difference(String reason, String instead) {}

    /** Reads the lists that belong to this module. */
    static Cases read() {
        Map<String, Case> all = new LinkedHashMap<>();
        for (String[] row : rows("cases.tsv", 6)) {
            all.put(row[0], new Case(row[0], Integer.parseInt(row[1]), row[2], row[3], row[4], row[5]));
        }
        Map<String, Difference> differences = new LinkedHashMap<>();
        for (String[] row : rows("differs.tsv", 3)) {
            for (String id : row[0].split(" ", -1)) {
                known(all, id, "differs.tsv");
                differences.put(id, new Difference(row[1], row[2]));
            }
        }
        Map<String, String> areas = new LinkedHashMap<>();
        for (String[] row : rows("later.tsv", 2)) {
            for (String id : row[1].split(" ", -1)) {
                known(all, id, "later.tsv");
                areas.put(id, row[0]);
            }
        }
        return new Cases(all, differences, areas);
    }

    private static void known(Map<String, Case> all, String id, String list) {
        if (!all.containsKey(id)) {
            throw new IllegalArgumentException(
                    list + " names " + id + ", which is no case of cases.tsv; mend the name");
        }
    }

    private static List<String[]> rows(String name, int columns) {
        try (InputStream in = Cases.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException("the list " + name + " is not beside " + Cases.class);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.isBlank() && !line.startsWith("#"))
                    .map(line -> {
                        String[] row = line.split("\t", -1);
                        if (row.length != columns) {
                            throw new IllegalArgumentException(name + " needs " + columns
                                    + " columns, parted by tabs, and has " + row.length + " in: " + line);
                        }
                        return row;
                    })
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
