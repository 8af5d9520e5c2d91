package dev.weft.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is cleared away before a cache is made, and what is not. */
class CacheMakerTest {
    @TempDir
    Path directory;

    private void file(String name, Duration age) throws IOException {
        Path file = directory.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, "x");
        for (Path path = file; !path.equals(directory); path = path.getParent()) {
            Files.setLastModifiedTime(path, FileTime.from(Instant.now().minus(age)));
        }
    }

    private Stream<String> swept() throws IOException {
        CacheMaker.sweep(directory);
        try (Stream<Path> all = Files.walk(directory)) {
            return all
                    .filter(Files::isRegularFile)
                    .map(path -> directory.relativize(path).toString())
                    .toList()
                    .stream();
        }
    }

    @Test
    void whatNobodyUsesAnyMoreIsRemoved() throws Exception {
        file("worker-1.aot", Duration.ofDays(31));
        file("worker-1.aot.lock", Duration.ofDays(31));
        file("worker-2.aot", Duration.ofDays(29));
        file("making-1/notes", Duration.ofHours(2));
        file("making-2/notes", Duration.ofMinutes(2));
        assertThat(swept()).containsExactlyInAnyOrder("worker-2.aot", "making-2/notes");
    }

    @Test
    void whatIsNotItsOwnStays() throws Exception {
        file("engines/1/engine.jar", Duration.ofDays(100));
        file("blobs/1", Duration.ofDays(100));
        file("worker.txt", Duration.ofDays(100));
        assertThat(swept()).containsExactlyInAnyOrder("engines/1/engine.jar", "blobs/1", "worker.txt");
    }

    @Test
    void ofManyCachesThoseUsedLastStay() throws Exception {
        for (int i = 0; i < 40; i++) {
            file("worker-" + i + ".aot", Duration.ofHours(i));
        }
        assertThat(swept()).hasSize(15).contains("worker-0.aot", "worker-14.aot");
    }
}
