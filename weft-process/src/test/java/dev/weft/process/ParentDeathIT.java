package dev.weft.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;

/** No worker outlives its parent, and nothing of it stays behind for long. */
@Timeout(60)
@ResourceLock(Resources.SYSTEM_PROPERTIES)
class ParentDeathIT {
    @TempDir
    Path temporary;

    private final String before = System.getProperty("java.io.tmpdir");
    private Process parent;
    private final List<Long> workers = new ArrayList<>();

    @BeforeEach
    void useTheSameTemporaryDirectory() {
        System.setProperty("java.io.tmpdir", temporary.toString());
    }

    @AfterEach
    void cleanUp() {
        System.setProperty("java.io.tmpdir", before);
        parent.destroyForcibly();
        workers.forEach(Jobs::kill);
    }

    private void startParent(boolean withoutHelp) throws Exception {
        var builder = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx64m",
                "-Djava.io.tmpdir=" + temporary,
                "-cp",
                System.getProperty("java.class.path"),
                ParentProgram.class.getName(),
                temporary.toString());
        builder.redirectError(ProcessBuilder.Redirect.INHERIT);
        if (withoutHelp) {
            builder.environment().put("PATH", temporary.toString()); // no setpriv there
        }
        parent = builder.start();
        BufferedReader out = parent.inputReader();
        for (String line = out.readLine(); !"ready".equals(line); line = out.readLine()) {
            assertThat(line).as("what the parent prints").isNotNull();
            workers.add(Long.parseLong(line));
        }
        assertThat(workers).hasSize(3).allMatch(Jobs::isAlive);
        Jobs.awaitStarted(temporary.resolve("1"));
        Jobs.awaitStarted(temporary.resolve("2"));
    }

    private List<Path> poolDirectories() throws IOException {
        try (Stream<Path> files = Files.list(temporary)) {
            return files.filter(file -> file.getFileName().toString().startsWith("weft-"))
                    .toList();
        }
    }

    private void assertTheNextPoolCleansUp() throws Exception {
        assertThat(poolDirectories()).hasSize(1);
        Path left = poolDirectories().getFirst();
        try (var next = ProcessPool.builder().workers(1).heap("64m").build()) {
            Eventually.until(left + " is removed", () -> !Files.exists(left));
            assertThat(next.submit(() -> 1).await()).isEqualTo(1);
        }
        assertThat(poolDirectories()).isEmpty();
    }

    @Test
    void afterKillMinus9OfTheParentNoWorkerIsLeft() throws Exception {
        startParent(false);
        parent.destroyForcibly().waitFor();
        for (long worker : workers) {
            assertThat(Jobs.ends(worker)).isTrue();
        }
        assertTheNextPoolCleansUp();
    }

    @Test
    void theSameHoldsWithoutTheHelpOfTheSystem() throws Exception {
        startParent(true);
        parent.destroyForcibly().waitFor();
        for (long worker : workers) {
            assertThat(Jobs.ends(worker)).isTrue();
        }
        assertTheNextPoolCleansUp();
    }

    @Test
    void aParentThatIsToldToEndClearsUpByItself() throws Exception {
        startParent(false);
        parent.destroy();
        assertThat(parent.waitFor()).isEqualTo(143);
        for (long worker : workers) {
            assertThat(Jobs.ends(worker)).isTrue();
        }
        assertThat(poolDirectories()).isEmpty();
    }
}
