package dev.weft.cli.map;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.cli.CliException;
import dev.weft.cli.map.input.Input;
import dev.weft.cli.map.input.Value;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TemplateTest {
    private static Input input(String... values) {
        return new Input(7, Stream.of(values).map(Value::of).toList());
    }

    private static List<String> filled(Input input, String... words) {
        return Template.of(List.of(words), false, Set.of()).fill(input, 3);
    }

    @ParameterizedTest
    @CsvSource({
        "{}, dir/a.b.txt",
        "{.}, dir/a.b",
        "{/}, a.b.txt",
        "{//}, dir",
        "{/.}, a.b",
        "{1/.}, a.b",
        "{#}, 7",
        "{%}, 3",
        "x{}y{/}z, xdir/a.b.txtya.b.txtz",
    })
    void aPlaceIsFilled(String word, String expected) {
        assertThat(filled(input("dir/a.b.txt"), "cmd", word)).startsWith("cmd", expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"{print $1}", "{a,b}", "{", "{}}{"})
    void otherBracesStandForThemselves(String word) {
        String around = filled(input("X"), "awk", word).get(1);

        assertThat(around).isEqualTo(word.replace("{}", "X"));
    }

    @Test
    void withoutAPlaceTheInputsComeLastOneArgumentForEachSource() {
        assertThat(filled(input("a b", "c"), "cp", "-v")).containsExactly("cp", "-v", "a b", "c");
        assertThat(filled(input("a b", "c"), "cp", "{}", "to")).containsExactly("cp", "a b", "c", "to");
        assertThat(filled(input("a b", "c"), "cp", "{2}", "{1}")).containsExactly("cp", "c", "a b");
        assertThat(filled(input("a"), "echo", "{#}")).containsExactly("echo", "7", "a");
    }

    @Test
    void aFileWithoutExtensionOrDirectoryKeepsItsName() {
        assertThat(filled(input("name"), "c", "{.}", "{//}")).containsExactly("c", "name", ".");
        assertThat(filled(input("/name"), "c", "{/}", "{//}")).containsExactly("c", "name", "/");
        assertThat(filled(input("a.b/name"), "c", "{.}")).containsExactly("c", "a.b/name");
        assertThat(filled(input("dir/.hidden"), "c", "{.}")).containsExactly("c", "dir/.hidden");
    }

    @Test
    void columnsAreFilledByName() {
        Map<String, String> columns = new LinkedHashMap<>();
        columns.put("first name", "Ada");
        columns.put("file", "x/y.txt");
        var row = new Input(1, List.of(new Value("Ada,x/y.txt", columns)));
        Template template = Template.of(List.of("c", "{first name}", "{file/.}"), false, null);

        assertThat(template.fill(row, 1)).containsExactly("c", "Ada", "y");
        assertThatThrownBy(() -> Template.of(List.of("c", "{age}"), false, null).fill(row, 1))
                .isInstanceOf(CliException.class)
                .hasMessage("{age} stands for a column, and input 1 has first name and file");
    }

    @Test
    void aSourceThatIsNotThereIsRefused() {
        assertThatThrownBy(() -> filled(input("a"), "c", "{2}"))
                .isInstanceOf(CliException.class)
                .hasMessage("{2} stands for the value of source 2, and there is 1 source");
    }

    @Test
    void aShellGetsInputsQuoted() {
        Template template = Template.of(List.of("cat {} > {/.}.out"), true, Set.of());

        assertThat(template.fill(input("it's; rm -rf $HOME"), 1))
                .containsExactly("/bin/sh", "-c", "cat 'it'\\''s; rm -rf $HOME' > 'it'\\''s; rm -rf $HOME'.out");
    }

    @Test
    void aCommandIsNeeded() {
        assertThatThrownBy(() -> Template.of(List.of(), false, Set.of()))
                .isInstanceOf(CliException.class)
                .hasMessageStartingWith("expected a command to run, found none");
    }
}
