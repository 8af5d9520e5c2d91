package dev.weft.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CompletionTest {
    @TempDir
    Path directory;

    private static List<String> run(String... args) {
        var out = new ByteArrayOutputStream();
        var err = new ByteArrayOutputStream();
        int code = new Cli(
                        new PrintStream(out, true, StandardCharsets.UTF_8),
                        new PrintStream(err, true, StandardCharsets.UTF_8))
                .execute(args);
        assertThat(code).as(err.toString(StandardCharsets.UTF_8)).isZero();
        return out.toString(StandardCharsets.UTF_8).lines().toList();
    }

    /** What is offered for the last of these words: where it is from, and the words themselves. */
    private static List<String> offered(String... words) {
        return run(Stream.concat(Stream.of("completion", "--words", "--"), Arrays.stream(words))
                .toArray(String[]::new));
    }

    @Test
    void commandsAreOfferedFirst() {
        assertThat(offered("")).contains("words", "map", "compare", "help");
        assertThat(offered("ma")).containsExactly("words", "map");
        assertThat(offered()).contains("words", "map");
    }

    @Test
    void optionsAndTheirValuesAreOffered() {
        assertThat(offered("map", "--ret")).containsExactly("words", "--retries", "--retry-on");
        assertThat(offered("map", "--with", "vir")).containsExactly("words", "virtual");
        assertThat(offered("map", "--with=vir")).containsExactly("words", "--with=virtual");
        assertThat(offered("map", "-a", "")).containsExactly("files");
        assertThat(offered("fetch", "--per")).containsExactly("words", "--per-host");
        assertThat(offered("help", "re")).contains("words", "resume", "rerun");
        assertThat(offered("completion", "")).containsExactly("words", "bash", "fish", "zsh");
    }

    @Test
    void theWordsOfTheCommandThatIsRunAreItsOwn() {
        assertThat(offered("map", "-j", "4", "gz")).containsExactly("commands");
        assertThat(offered("map", "gzip", "--be")).containsExactly("files");
        assertThat(offered("map", "gzip", "--help")).containsExactly("files");
    }

    @Test
    void bashOffersThem() throws Exception {
        Path script = Files.write(directory.resolve("completion"), run("completion", "bash"));
        String lines = """
                weft() { printf '%%s\\n' words --retries "--retry on=1"; }
                source %s
                COMP_LINE='weft map --ret' COMP_POINT=14 COMP_WORDS=(weft map --ret) COMP_CWORD=2
                _weft
                printf '<%%s>' "${COMPREPLY[@]}"
                """.formatted(script);

        assertThat(shell("bash", "--norc", "-c", lines)).isEqualTo("<--retries><--retry on=1>");
    }

    @Test
    void zshOffersThem() throws Exception {
        Path script = Files.write(directory.resolve("completion"), run("completion", "zsh"));
        String lines = """
                weft() { print -l words --retries "--retry on=1"; }
                compdef() { }
                compadd() { shift; printf '<%%s>' "$@"; }
                source %s
                words=(weft map --ret) CURRENT=3
                _weft
                """.formatted(script);

        assertThat(shell("zsh", "-f", "-c", lines)).isEqualTo("<--retries><--retry on=1>");
    }

    @Test
    void fishOffersThem() throws Exception {
        Path script = Files.write(directory.resolve("completion"), run("completion", "fish"));
        String lines = """
                function weft; printf '%%s\n' words --retries "--retry on=1"; end
                source %s
                complete -C 'weft map --ret'
                """.formatted(script);

        assertThat(shell("fish", "--no-config", "-c", lines)).isEqualTo("--retries\n--retry on=1\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"bash", "zsh", "fish"})
    void theShellUnderstandsItsScript(String shell) throws Exception {
        Path script = Files.write(directory.resolve("completion"), run("completion", shell));

        assertThat(shell(shell, "-n", script.toString())).isEmpty();
    }

    private static String shell(String... command) throws Exception {
        boolean there = Stream.of(System.getenv("PATH").split(":"))
                .anyMatch(place -> Files.isExecutable(Path.of(place, command[0])));
        Assumptions.assumeTrue(there, "there is no " + command[0] + " on this machine");
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        return output;
    }
}
