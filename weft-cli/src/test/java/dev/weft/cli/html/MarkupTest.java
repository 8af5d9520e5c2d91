package dev.weft.cli.html;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;

class MarkupTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "<b>      | &lt;b&gt;",
                "a & b    | a &amp; b",
                "\"'      | &quot;&#39;",
                "&lt;     | &amp;lt;",
                "größer 😀 | größer 😀"
            })
    void textEscapesWhatMarkupIsMadeOf(String value, String expected) {
        assertThat(Markup.text(value)).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"\uD83D", "\uDE00", "\0"})
    void textReplacesWhatHtmlCannotCarry(String value) {
        assertThat(Markup.text("a" + value + "b")).isEqualTo("a\uFFFDb");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "</script>",
                "<!--<script>",
                "a && b > c",
                "\u2028\u2029",
                "😀",
                "\uD83D alone",
                "\uDE00\uD83D",
                "\"\\\n"
            })
    void scriptDataMeansTheSameAsBefore(String value) {
        var mapper = new JsonMapper();

        String data = Markup.scriptData(mapper.writeValueAsString(value));

        assertThat(data).doesNotContain("<", ">", "&", "\u2028", "\u2029");
        assertThat(mapper.readValue(data, String.class)).isEqualTo(value);
    }

    @Test
    void scriptDataCanBeEncoded() {
        String data = Markup.scriptData("\"\uD83D\"");

        assertThat(data).isEqualTo("\"\\ud83d\"");
    }
}
