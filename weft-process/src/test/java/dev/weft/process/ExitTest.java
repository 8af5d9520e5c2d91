package dev.weft.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExitTest {
    @Test
    void aCrashReportWithBytesThatAreNoTextIsQuoted(@TempDir Path directory) throws Exception {
        Path report = Files.write(
                directory.resolve("crash.log"),
                "#\n# \u00ff\n#  SIGSEGV (0xb) at pc=0x00007f\n".getBytes(StandardCharsets.ISO_8859_1));

        String details = new Exit(11, 134, List.of("last words"), report, null).details();

        assertThat(details).contains("SIGSEGV (0xb)", "last words").doesNotContain("cannot be read");
    }

    @Test
    void aCrashReportThatIsGoneIsSaid(@TempDir Path directory) {
        assertThat(new Exit(11, 134, List.of(), directory.resolve("none.log"), null).details())
                .contains("none.log", "cannot be read");
    }
}
