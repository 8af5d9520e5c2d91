package dev.weft.cli.map;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** Those of GNU parallel's eleven stress tests that other tests of the program do not hold already; docs/cli-acceptance.md has all. */
@EnabledOnOs(OS.LINUX)
@Timeout(120)
class AcceptanceIT extends Program {
    @Test
    void muchOutputNeedsLittleMemory() throws Exception {
        environment.put("JAVA_TOOL_OPTIONS", "-Xmx48m");

        assertThat(run("", "map", "-q", "-j2", "--shell", "yes {} | head -c 80000000", ":::", "a", "b"))
                .isZero();

        assertThat(Files.size(directory.resolve("out"))).isEqualTo(160_000_000);
    }

    @Test
    void aFullDiskEndsTheRunAndLosesNothing() throws Exception {
        String weft = weft("map", "-k", "echo", ":::", "a", "b").stream()
                .map(Template::quoted)
                .collect(Collectors.joining(" "));

        assertThat(end(start("", List.of("sh", "-c", weft + " > /dev/full")))).isEqualTo(4);
        assertThat(err()).contains("weft: cannot write the results: No space left on device");

        assertThat(run("", "resume")).isZero();
        assertThat(out()).isEqualTo("a\nb\n");
    }

    @Test
    void composedCommandsNeedTheShellAndInputsAreQuotedForIt() throws Exception {
        assertThat(run("", "map", "-q", "-k", "--shell", "echo {} | tr a-z A-Z; echo 2", ":::", "a;b", "$HOME '"))
                .isZero();
        assertThat(out()).isEqualTo("A;B\n2\n$HOME '\n2\n");
    }

    @Test
    void aPlaceMayBeUsedMoreThanOnce() throws Exception {
        assertThat(run("", "map", "-q", "-k", "echo", "{}", "{}x{}", ":::", "a b"))
                .isZero();
        assertThat(out()).isEqualTo("a b a bxa b\n");
    }

    @Test
    void aLongInputIsOneArgumentAndOneThatIsTooLongFailsAlone() throws Exception {
        String fits = "x".repeat(130_000);
        String tooLong = "y".repeat(140_000);

        int code =
                run(String.join("\n", fits, tooLong, "z"), "map", "-k", "sh", "-c", "printf '%s' \"$1\" | wc -c", "-");

        assertThat(code).as(err()).isEqualTo(1);
        assertThat(out().lines().map(String::strip)).containsExactly("130000", "1");
        assertThat(err()).contains("weft: input 2: cannot start 'sh': its arguments are longer than the system allows");
    }

    @Test
    void manyWordsAreOneArgument() throws Exception {
        String words = Stream.generate(() -> "w").limit(20_000).collect(Collectors.joining(" "));

        assertThat(run(words, "map", "-q", "sh", "-c", "echo $#", "-")).isZero();

        assertThat(out()).isEqualTo("1\n");
    }
}
