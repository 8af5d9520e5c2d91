package dev.weft.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * {@code weft.cmd} as far as it can be looked at without Windows: that it does what its twin for other systems does.
 */
class WindowsLauncherTest {
    private String windows;
    private String shell;

    @BeforeEach
    void read() throws IOException {
        windows = Files.readString(Path.of("../weft.cmd")).replace("\r\n", "\n");
        shell = Files.readString(Path.of("../weft")).replace("\\\n", " ");
    }

    private static List<String> all(String pattern, String text) {
        return Pattern.compile(pattern)
                .matcher(text)
                .results()
                .map(MatchResult::group)
                .sorted()
                .distinct()
                .toList();
    }

    private static String line(String text, String having) {
        return text.lines().filter(line -> line.contains(having)).findFirst().orElseThrow();
    }

    @Test
    void startsTheSameClassWithTheSameOptions() {
        String here = line(windows, "java.exe\" -");
        String there = line(shell, "exec \"$jdk/bin/java\" ");

        assertThat(here).contains(" " + Main.class.getName() + " %*").contains(" %WEFT_JAVA_OPTS% ");
        assertThat(shell).contains(" " + Main.class.getName() + " \"$@\"").contains(" ${WEFT_JAVA_OPTS:-} ");
        assertThat(all("--[a-z][^ ]*", here)).isNotEmpty().isEqualTo(all("--[a-z][^ ]*", there));
        assertThat(all("-D[a-z.]+=", here)).isNotEmpty().isEqualTo(all("-D[a-z.]+=", there));
        assertThat(here).contains("-Xlog:disable -Xlog:all=error:stderr ");
        assertThat(there).contains("-Xlog:disable -Xlog:all=error,").contains(":stderr ");
    }

    @Test
    void buildsTheSameAndTakesTheSameJars() {
        String build = "mvn -B [^>)]*package";

        assertThat(all(build, windows)).hasSize(1).isEqualTo(all(build, shell));
        assertThat(windows.replace('\\', '/')).contains("weft-cli/target/dist/lib/*.jar", "/.weft/build.log");
        assertThat(shell).contains("weft-cli/target/dist/lib/*.jar", "build.log");
    }

    @Test
    void takesTheSameVersionsOfTheJdk() {
        int needed = Integer.parseInt(line(shell, "needed=").substring("needed=".length()));
        List<Pattern> accepted = Stream.of(
                        line(windows, "findstr ").split("\"", -1)[1].split(" ", -1))
                .map(Pattern::compile)
                .toList();

        for (int version = 8; version < 100; version++) {
            String release = "JAVA_VERSION=\"" + version + (version % 2 == 0 ? "\"" : ".0.1\"");
            assertThat(accepted.stream().anyMatch(each -> each.matcher(release).find()))
                    .as(release)
                    .isEqualTo(version >= needed);
        }
    }

    @Test
    void failsWithTheSameStatusAndTheSameWords() {
        assertThat(all("exit /b \\S+", windows))
                .containsExactly("exit /b %ERRORLEVEL%", "exit /b 0", "exit /b " + ExitCodes.FAILURE);
        for (String words : List.of(
                "needs Maven 3.8.7 or later to build itself, and there is no mvn on the PATH: install Maven",
                "or later: set it to one, or unset it",
                "install one, or set WEFT_JAVA_HOME to one")) {
            assertThat(windows).contains(words);
            assertThat(shell).contains(words);
        }
        assertThat(windows.lines().filter(line -> line.contains("echo ") && !line.contains("echo off")))
                .as("standard output is the program's")
                .allMatch(line -> line.strip().startsWith(">&2 echo "));
    }

    /** A jump to nowhere ends a script with a message of the system. */
    @Test
    void jumpsToLabelsThatAreThere() {
        List<String> labels =
                windows.lines().filter(line -> line.startsWith(":")).toList();

        assertThat(all("(?<=goto |call :)[a-z]+", windows))
                .isNotEmpty()
                .allSatisfy(label -> assertThat(labels).contains(":" + label));
    }

    /** The interpreter loses labels in a script without carriage returns. */
    @Test
    void isCheckedOutWithTheEndsOfLinesOfWindows() throws IOException {
        assertThat(Files.readAllLines(Path.of("../.gitattributes")))
                .anyMatch(line -> line.matches("\\*\\.cmd .*eol=crlf"));
    }
}
