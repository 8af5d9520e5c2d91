package dev.weft.cli.report.html;

import dev.weft.cli.html.Markup;
import dev.weft.cli.text.RawText;
import java.util.List;
import java.util.Locale;

/** Pieces of the page. Arguments named {@code markup} are put in as they are; all others are text. */
final class Html {
    private Html() {}

    /** {@return text of this program} */
    static String text(String text) {
        return Markup.text(text);
    }

    /** {@return text of users: all of it can be seen, and its direction changes nothing around it} */
    static String user(String text) {
        return "<bdi>" + Markup.text(RawText.printable(text)) + "</bdi>";
    }

    /** {@return a number as SVG and CSS write it} */
    static String number(double value) {
        String text = String.format(Locale.ROOT, "%.2f", value);
        return text.endsWith(".00") ? text.substring(0, text.length() - 3) : text;
    }

    /**
     * A table in a box that scrolls sideways where it is too wide, and can be reached by keyboard for that.
     *
     * @param id its id
     * @param caption what it holds
     * @param head the columns, that of the row headings first
     * @param rows the cells as markup, the row's heading first
     */
    static String table(String id, String caption, List<String> head, List<List<String>> rows) {
        StringBuilder out = new StringBuilder();
        out.append("<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"")
                .append(text(caption));
        out.append("\"><table id=\"").append(id).append("\"><caption>").append(text(caption));
        out.append("</caption><thead><tr>");
        head.forEach(each -> out.append("<th scope=\"col\">").append(text(each)).append("</th>"));
        out.append("</tr></thead><tbody>\n");
        for (List<String> row : rows) {
            out.append("<tr><th scope=\"row\">").append(row.getFirst()).append("</th>");
            row.subList(1, row.size())
                    .forEach(cell -> out.append("<td>").append(cell).append("</td>"));
            out.append("</tr>\n");
        }
        return out.append("</tbody></table></div>\n").toString();
    }

    /**
     * A chart with its heading, how to read it, and the table that says the same.
     *
     * @param id a word that no other chart has
     * @param title the heading
     * @param legendMarkup how to read it
     * @param chartMarkup the drawing
     * @param tableMarkup the table, whose id is that word and {@code -table}
     */
    static String figure(String id, String title, String legendMarkup, String chartMarkup, String tableMarkup) {
        return """
                <figure class="chart" id="%1$s" aria-labelledby="%1$s-title" aria-describedby="%1$s-table">
                <h2 id="%1$s-title">%2$s</h2>
                <p class="legend">%3$s</p>
                %4$s
                <details class="equivalent"><summary>%2$s, as a table</summary>
                %5$s</details>
                </figure>
                """.formatted(id, text(title), legendMarkup, chartMarkup, tableMarkup);
    }
}
