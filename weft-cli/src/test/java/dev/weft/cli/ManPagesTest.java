package dev.weft.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ManPagesTest {
    @TempDir
    Path directory;

    @Test
    void aPageHasNameSynopsisExamplesAndOptions() {
        assertThat(ManPages.of("resume").lines())
                .containsSubsequence(
                        ".SH NAME",
                        "weft-resume \\- run the inputs of a weft map that have no outcome yet.",
                        ".SH SYNOPSIS",
                        ".B weft resume [RUN]",
                        ".SH EXAMPLES",
                        ".nf",
                        "  weft resume                      the last run",
                        ".fi",
                        ".SH DESCRIPTION",
                        ".SH OPTIONS",
                        ".SH SEE ALSO");
        assertThat(ManPages.of("map")).contains("\\(aqHi {name}\\(aq").contains("\n  \\-\\-nice N");
    }

    @Test
    void everyPageIsWithoutWarnings() throws Exception {
        ManPages.main(new String[] {directory.toString()});
        try (Stream<Path> pages = Files.list(directory)) {
            assertThat(pages).hasSize(Help.topics().size() + 1);
        }
        Assumptions.assumeTrue(Files.isExecutable(Path.of("/usr/bin/groff")), "there is no groff on this machine");
        for (String topic : Help.topics()) {
            Process groff = new ProcessBuilder(
                            "groff",
                            "-man",
                            "-ww",
                            "-z",
                            directory.resolve("weft-" + topic + ".1").toString())
                    .redirectErrorStream(true)
                    .start();
            assertThat(new String(groff.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                    .isEmpty();
        }
    }
}
