package dev.weft.cli.map;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/**
 * Those of GNU parallel's eleven stress tests that other tests of the program do not hold already;
 * docs/cli-acceptance.md has all.
 */
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

    /**
     * The first command writes a line, 4 GiB, and a line; the second one has to wait for its turn. The 4 GiB are a hole
     * in the file that the first one writes: they take time to be read and printed, but no room on the disk.
     */
    @Test
    void fourGibibytesAreWholeInOrderAndLeaveNothingBehind() throws Exception {
        environment.put("JAVA_TOOL_OPTIONS", "-Xmx48m");
        String command = "echo begin {}; test {} = b || dd if=/dev/null bs=1M seek=4096 status=none; echo end {}";
        Process weft = start(builder("", weft("map", "-k", "-j2", "--shell", command, ":::", "a", "b")));

        long bytes = 0;
        StringBuilder text = new StringBuilder();
        byte[] block = new byte[1 << 20];
        byte[] zeros = new byte[block.length];
        try (InputStream out = weft.getInputStream()) {
            for (int read = out.read(block); read >= 0; read = out.read(block)) {
                bytes += read;
                if (Arrays.mismatch(block, 0, read, zeros, 0, read) >= 0) {
                    text.append(new String(block, 0, read, StandardCharsets.US_ASCII).replace("\0", ""));
                }
            }
        }

        assertThat(end(weft)).as(err()).isZero();
        assertThat(text).hasToString("begin a\nend a\nbegin b\nend b\n");
        assertThat(bytes).isEqualTo((4L << 30) + text.length());
        assertThat(outcomes().stream()
                        .mapToLong(outcome -> outcome.get("outputBytes").asLong())
                        .sum())
                .isEqualTo(bytes);
        assertThat(run().resolve("output")).isEmptyDirectory();
    }

    @Test
    void aFullDiskUnderTheRunEndsItAndLosesNothing() throws Exception {
        Path disk = Files.createDirectory(directory.resolve("runs"));
        // A disk of its own, which only a root in a namespace of users may mount, that nobody else sees.
        String small = "mount -t tmpfs -o size=400k none " + Template.quoted(disk.toString()) + " || exit 99; ";
        String keep = "; code=$?; cp -r " + Template.quoted(disk.toString()) + " kept; exit $code";
        Process first = start(
                numbers(3_000), List.of("unshare", "-Urm", "sh", "-c", small + line("map", "-q", "-k", "echo") + keep));
        int code = end(first);
        assumeTrue(code != 99 && !err().startsWith("unshare: "), "no disk can be mounted here");

        assertThat(code).as(err()).isEqualTo(4);
        assertThat(err().lines().filter(line -> line.startsWith("weft: cannot")))
                .singleElement()
                .asString()
                .startsWith("weft: cannot write " + disk)
                .endsWith(": No space left on device");
        assertThat(err()).doesNotContain("Exception");
        String printed = out();

        Files.delete(disk);
        Files.move(directory.resolve("kept"), disk);
        // A command whose own output found no room has failed; the others have not run.
        assertThat(run(numbers(3_000), "rerun")).as(err()).isZero();

        assertThat(outcomes().stream()
                        .filter(outcome -> outcome.get("result").asString().equals("ok"))
                        .map(outcome -> outcome.get("index").asInt()))
                .containsExactlyInAnyOrderElementsOf(
                        IntStream.rangeClosed(1, 3_000).boxed().toList());
        assertThat(Stream.concat(printed.lines(), out().lines()).distinct().count())
                .isEqualTo(3_000);
    }

    @Test
    void aFullDiskEndsTheRunAndLosesNothing() throws Exception {
        String weft = line("map", "-k", "echo", ":::", "a", "b");

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
    void aLongInputThatThePlaceCutsShortIsAsGoodAsAShortOne() throws Exception {
        assertThat(run("foo." + "x".repeat(10_000_000), "map", "-q", "echo", "{.}"))
                .as(err())
                .isZero();

        assertThat(out()).isEqualTo("foo\n");
    }

    @Test
    void linesOfManyWordsAreBytesLikeAnyOther() throws Exception {
        String command = "yes \"$(seq 1000 | tr '\\n' ' ')\" | head -c 10000000; : {}";

        assertThat(run("", "map", "-q", "-j2", "--shell", command, ":::", "1", "2", "3"))
                .as(err())
                .isZero();

        assertThat(Files.size(directory.resolve("out"))).isEqualTo(30_000_000);
    }

    @Test
    void manyWordsAreOneArgument() throws Exception {
        String words = Stream.generate(() -> "w").limit(20_000).collect(Collectors.joining(" "));

        assertThat(run(words, "map", "-q", "sh", "-c", "echo $#", "-")).isZero();

        assertThat(out()).isEqualTo("1\n");
    }
}
