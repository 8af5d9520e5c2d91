package dev.weft.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The other tests run on the class path; this one starts the packaged jars as modules. */
class ModulePathIT {

    @Test
    void thePackagedJarsFormAModuleGraph() throws Exception {
        Process weft = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--module-path",
                        Path.of("target", "dist", "lib").toString(),
                        "--module",
                        "dev.weft.cli/dev.weft.cli.Main",
                        "--version")
                .redirectErrorStream(true)
                .start();

        try {
            assertThat(weft.inputReader().readAllAsString()).startsWith("weft ").hasLineCount(1);
            assertThat(weft.waitFor(30, TimeUnit.SECONDS)).isTrue();
            assertThat(weft.exitValue()).isZero();
        } finally {
            weft.destroyForcibly();
        }
    }
}
