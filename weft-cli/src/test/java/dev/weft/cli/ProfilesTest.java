package dev.weft.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProfilesTest {
    private static final List<String> COMMANDS = List.of("map", "fetch");

    @TempDir
    Path directory;

    private List<String> expand(String text, String... line) throws Exception {
        Path file = Files.writeString(directory.resolve("config"), text);
        return Profiles.expand(List.of(line), COMMANDS, file);
    }

    @Test
    void optionsOfTheCommandAndOfItsProfilesStandBeforeThoseOfTheLine() throws Exception {
        String text = """
                # for all
                [map]
                --retries 3   # of each

                [map gentle]
                -j 2 --nice 10
                [ map   late ]
                --delay 1s
                [fetch]
                --json
                """;

        assertThat(expand(text, "map", "-j", "4", "true")).containsExactly("map", "--retries", "3", "-j", "4", "true");
        assertThat(expand(text, "map", "--profile", "gentle", "--profile=late", "true"))
                .containsExactly("map", "--retries", "3", "-j", "2", "--nice", "10", "--delay", "1s", "true");
        assertThat(expand(text, "runs")).containsExactly("runs");
        assertThat(expand(text, "map", "echo", "--profile", "gentle"))
                .containsExactly("map", "--retries", "3", "echo", "--profile", "gentle");
    }

    @Test
    void adviceIsAboutMapWithItsProfilesButForWhatIsToBeFoundOut() throws Exception {
        Path file = Files.writeString(directory.resolve("config"), """
                [map]
                --json -j4 --with threads --with=loop --retries 3
                [map gentle]
                --jobs 2 --nice 10 -u
                """);

        assertThat(advice(file, "advise", "--for", "1s", "--profile", "gentle", "--json", "gzip", "--profile", "x"))
                .containsExactly(
                        "advise",
                        "--for",
                        "1s",
                        "--json",
                        "--",
                        "--json",
                        "--retries",
                        "3",
                        "--nice",
                        "10",
                        "gzip",
                        "--profile",
                        "x");
        assertThat(advice(file, "advise", "--", "-j3", "true"))
                .containsExactly("advise", "--", "--json", "--retries", "3", "-j3", "true");
        assertThat(advice(file, "advise", "--for")).containsExactly("advise", "--for");
        assertThat(advice(null, "advise", "true")).containsExactly("advise", "--", "true");
    }

    private static List<String> advice(@Nullable Path file, String... line) {
        return Profiles.expandAdvice(
                List.of(line),
                List.of("--for=", "--json"),
                List.of("--with=", "--jobs=", "-j=", "--ungroup", "-u", "--dry-run"),
                COMMANDS,
                file);
    }

    @Test
    void quotesAndBackslashesKeepWordsTogether() throws Exception {
        assertThat(expand("[map]\n--shell 'a b' \"it's\" c\\ d '' x#y '\\'\n", "map"))
                .containsExactly("map", "--shell", "a b", "it's", "c d", "", "x#y", "\\");
    }

    @Test
    void thereNeedBeNoFile() {
        assertThat(Profiles.expand(List.of("map", "true"), COMMANDS, directory.resolve("none")))
                .containsExactly("map", "true");
    }

    @Test
    void aFileThatIsNoTextIsRefusedWithWhatToDo() throws Exception {
        Path file = Files.write(directory.resolve("config"), new byte[] {'[', (byte) 0xFF, ']'});

        assertThatThrownBy(() -> Profiles.expand(List.of("map", "true"), COMMANDS, file))
                .isInstanceOf(CliException.class)
                .hasMessageContaining(file.toString())
                .hasMessageContaining("UTF-8")
                .hasMessageContaining("WEFT_CONFIG");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "-j 2                | config:1: expected a section such as [map] or [map gentle] before '-j 2'",
                "[mop]               | config:1: expected the name of a command in [mop]; did you mean 'map'?",
                "`[map]\n--shell 'a` | config:2: expected another ', found the end of the line",
                "[map gentle]        | no profile 'gentel' for map in ",
                "[map]               | expected a section [map gentel]",
            })
    void whatIsWrongIsNamedWithItsLine(String text, String message) {
        assertThatThrownBy(() -> expand(text, "map", "--profile", "gentel"))
                .isInstanceOf(CliException.class)
                .hasMessageContaining(message);
    }
}
