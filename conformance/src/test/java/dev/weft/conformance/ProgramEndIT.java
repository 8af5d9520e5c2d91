package dev.weft.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What becomes of threads of pools and loops when a program's main method returns. */
@Timeout(120)
class ProgramEndIT {
    @Test
    @DisplayName(
            "P302 P230 busy threads of pools and loops are daemons: they neither keep the program from its end nor crash it")
    void busyDaemonsDoNotDelayTheEnd() throws IOException, InterruptedException {
        Process program = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--add-opens",
                        "java.base/java.lang=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        BusyProgram.class.getName())
                .redirectErrorStream(true)
                .start();
        try {
            program.getOutputStream().close();
            String output = new String(program.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

            assertThat(program.waitFor(60, TimeUnit.SECONDS))
                    .as("the program has ended")
                    .isTrue();
            assertThat(output.strip()).isEqualTo("main returns a value");
            assertThat(program.exitValue()).isZero();
        } finally {
            program.destroyForcibly();
        }
    }
}
