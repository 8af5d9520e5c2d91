package dev.weft.cli.report.html;

import static dev.weft.cli.report.html.Html.number;
import static dev.weft.cli.report.html.Html.text;

import java.util.ArrayList;
import java.util.List;

/**
 * A drawing with labels. What is drawn is stretched to the width of the page, labels are not: an inner drawing has a
 * grid of {@link #WIDTH} by the height in pixels, and labels are placed in percent.
 */
final class Plot {
    static final int WIDTH = 1000;

    private static final int BELOW = 22;
    private static final int ABOVE = 16;

    private final int height;
    private final String label;
    private final StringBuilder drawing = new StringBuilder();
    private final List<String> labels = new ArrayList<>();

    /**
     * Makes a drawing.
     *
     * @param height its height in pixels, without labels
     * @param label what it shows, in a sentence
     */
    Plot(int height, String label) {
        this.height = height;
        this.label = label;
    }

    /** Adds a box; what it stands for, if not empty, is shown under the pointer. */
    void box(String kind, double x, double y, double width, double high, String title) {
        box(kind, x, y, width, high, 1, title);
    }

    void box(String kind, double x, double y, double width, double high, double opacity, String title) {
        drawing.append("<rect class=\"").append(kind).append("\" x=\"").append(number(x));
        drawing.append("\" y=\"").append(number(y)).append("\" width=\"").append(number(width));
        drawing.append("\" height=\"").append(number(high));
        if (opacity < 1) {
            drawing.append("\" fill-opacity=\"").append(number(opacity));
        }
        drawing.append(title.isEmpty() ? "\"/>" : "\"><title>" + text(title) + "</title></rect>")
                .append('\n');
    }

    /** Adds a line through points, given as x and y in turn. */
    void line(String kind, double... points) {
        drawing.append("<polyline class=\"").append(kind).append("\" points=\"");
        for (int i = 0; i < points.length; i += 2) {
            drawing.append(i == 0 ? "" : " ")
                    .append(number(points[i]))
                    .append(',')
                    .append(number(points[i + 1]));
        }
        drawing.append("\"/>\n");
    }

    /** Adds a line across, with its value above its left end. */
    void level(double y, String value) {
        line("grid", 0, y, WIDTH, y);
        labels.add("<text class=\"level\" x=\"0\" y=\"" + number(y + ABOVE - 4) + "\">" + text(value) + "</text>");
    }

    /** Adds a value below, at a share of the width. */
    void tick(double share, String value) {
        String anchor = share < 0.08 ? "start" : share > 0.92 ? "end" : "middle";
        labels.add("<text x=\"" + number(share * 100) + "%\" y=\"" + (ABOVE + height + 16) + "\" text-anchor=\""
                + anchor + "\">" + text(value) + "</text>");
    }

    /** {@return the markup} */
    String markup() {
        return """
                <svg class="plot" role="img" aria-label="%s" width="100%%" height="%d">
                <svg x="0" y="%d" width="100%%" height="%d" viewBox="0 0 %d %d" preserveAspectRatio="none">
                %s</svg>
                %s
                </svg>
                """.formatted(
                text(label), ABOVE + height + BELOW, ABOVE, height, WIDTH, height, drawing, String.join("\n", labels));
    }
}
