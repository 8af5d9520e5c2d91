package dev.weft.cli.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.cli.CliException;
import dev.weft.cli.ReportFile;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class InputTest {
    @TempDir
    Path directory;

    private Path file(String content) throws Exception {
        return Files.write(directory.resolve("urls.txt"), content.getBytes(StandardCharsets.ISO_8859_1));
    }

    @Test
    void urlsAreReadAndCommentsPassedOver() throws Exception {
        assertThat(UrlFile.read(file("# pages\n\nhttp://a/x\n  https://b.example:8443/y?z=1  \n")))
                .containsExactly(URI.create("http://a/x"), URI.create("https://b.example:8443/y?z=1"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"ftp://a/x", "not a url", "/page", "http:///x", "a.example/x"})
    void badLineIsNamedByItsNumber(String line) throws Exception {
        Path file = file("http://a/x\n" + line + "\n");

        assertThatThrownBy(() -> UrlFile.read(file))
                .isInstanceOf(CliException.class)
                .hasMessageStartingWith(file + ":2: expected a URL")
                .hasMessageContaining("'" + line + "'");
    }

    @Test
    void fileWithoutUrlsOrWithOtherContentIsRefused() throws Exception {
        assertThatThrownBy(() -> UrlFile.read(file("# nothing\n")))
                .hasMessageContaining("at least one URL, found none");
        assertThatThrownBy(() -> UrlFile.read(file("http://a/\u00e9"))).hasMessageContaining("UTF-8");
        assertThatThrownBy(() -> UrlFile.read(directory.resolve("nowhere"))).hasMessageContaining("no such file");
    }

    @ParameterizedTest
    @CsvSource({"90s, 90", "90, 90", "1.5m, 90", "2h, 7200", "1s, 1"})
    void budgetsAreUnderstood(String text, double seconds) {
        assertThat(Budget.seconds(text)).isEqualTo(seconds);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "0s", "-5s", "5 minutes", "1d", "25h", "1e3", "٣s"})
    void otherBudgetsAreRefused(String text) {
        assertThatThrownBy(() -> Budget.seconds(text))
                .hasMessageContaining("'" + text + "'")
                .hasMessageContaining("90s or 5m");
    }

    @Test
    void reportThatCannotBeWrittenIsFoundBeforehand() throws Exception {
        Path file = directory.resolve("missing/report.html");

        assertThatThrownBy(new ReportFile("--html", file, ", or --no-html")::check)
                .hasMessage("cannot write " + file
                        + " (no such directory): choose another place with --html, or --no-html");
        assertThatThrownBy(new ReportFile("--json", directory)::check)
                .hasMessage("--json " + directory + " is a directory: name a file in it");
    }

    @Test
    void lookBeforehandLeavesNothingBehindAndChangesNothing() throws Exception {
        Path fresh = directory.resolve("fresh");
        Path old = Files.writeString(directory.resolve("old"), "old");

        new ReportFile("--json", fresh).check();
        new ReportFile("--json", old).check();

        assertThat(fresh).doesNotExist();
        assertThat(old).hasContent("old");
    }

    @Test
    void oldReportStaysIfTheNewOneCannotBeCompleted() throws Exception {
        Path old = Files.writeString(directory.resolve("old"), "old");
        ReportFile report = new ReportFile("--json", old);

        assertThatThrownBy(() -> report.write(target -> {
                    Files.writeString(target, "half");
                    throw new IOException("No space left on device");
                }))
                .hasMessageContaining("No space left on device")
                .hasMessageContaining("make room");
        assertThat(old).hasContent("old");
        assertThat(directory).isDirectoryNotContaining(file -> !file.equals(old));

        report.write(target -> Files.writeString(target, "new"));
        assertThat(old).hasContent("new");
    }
}
