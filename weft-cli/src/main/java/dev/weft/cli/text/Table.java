package dev.weft.cli.text;

import java.util.ArrayList;
import java.util.List;

/** Rows of cells in aligned columns: the first column to the left, the others to the right. */
public final class Table {
    private static final String GAP = "  ";

    private final List<List<String>> rows = new ArrayList<>();

    /** Makes an empty table. */
    public Table() {}

    /**
     * Adds a row.
     *
     * @param cells its cells, without colours
     */
    public void add(String... cells) {
        rows.add(List.of(cells));
    }

    /**
     * {@return the rows as lines, without line ends}
     */
    public List<String> lines() {
        List<Integer> widths = new ArrayList<>();
        for (List<String> row : rows) {
            for (int column = 0; column < row.size(); column++) {
                int width = row.get(column).length();
                if (column == widths.size()) {
                    widths.add(width);
                } else {
                    widths.set(column, Math.max(widths.get(column), width));
                }
            }
        }
        List<String> lines = new ArrayList<>();
        for (List<String> row : rows) {
            StringBuilder line = new StringBuilder();
            for (int column = 0; column < row.size(); column++) {
                String cell = row.get(column);
                String padding = " ".repeat(widths.get(column) - cell.length());
                line.append(column == 0 ? cell + padding : GAP + padding + cell);
            }
            lines.add(line.toString().stripTrailing());
        }
        return lines;
    }
}
