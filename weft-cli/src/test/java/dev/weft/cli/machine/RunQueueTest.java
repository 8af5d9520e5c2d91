package dev.weft.cli.machine;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunQueueTest {
    @TempDir
    private Path directory;

    private Path stat(int running) throws Exception {
        return Files.writeString(
                directory.resolve("stat"),
                "cpu  1 2 3\ncpu0 1 1 1\ncpu1 0 1 2\nintr 5\nprocs_running " + running + "\nprocs_blocked 9\n");
    }

    @Test
    void threadsThatRunOrCouldAreCountedForEachProcessorWithoutTheOneThatLooks() throws Exception {
        var queue = new RunQueue(stat(1));
        queue.look();
        stat(7);
        queue.look();
        assertThat(queue.forEachProcessor()).as("two looks are too few").isEmpty();

        stat(4);
        queue.look();

        assertThat(queue.forEachProcessor()).hasValue((0 + 3 + 1.5) / 3);
    }

    @Test
    void whereTheSystemSaysNothingNothingIsKnown() throws Exception {
        Path strange = Files.writeString(directory.resolve("strange"), "procs_running many\n");
        for (Path file : new Path[] {directory.resolve("none"), strange}) {
            var queue = new RunQueue(file);
            assertThat(queue.look()).isFalse();
            assertThat(queue.forEachProcessor()).isEmpty();
        }
    }
}
