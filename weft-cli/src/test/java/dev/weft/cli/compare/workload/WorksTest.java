package dev.weft.cli.compare.workload;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.cli.compare.server.Pages;
import dev.weft.cli.compare.work.BlockingMedium;
import dev.weft.cli.compare.work.Medium;
import dev.weft.cli.compare.work.Tasks;
import dev.weft.cli.compare.work.Trace;
import dev.weft.cli.compare.work.Work;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WorksTest {
    @TempDir
    Path directory;

    private static Trace run(Work work) throws InterruptedException {
        return Tasks.run(work, new BlockingMedium(), 3);
    }

    private Path file(int size) throws IOException {
        byte[] content = new byte[size];
        new Random(size).nextBytes(content);
        return Files.write(directory.resolve("file" + size), content);
    }

    @Test
    void primesAreCountedInEveryRange() throws Exception {
        assertThat(run(new PrimeRange(1, 0, 1_000)).result()).isEqualTo(168);
        assertThat(run(new PrimeRange(1, 0, 2)).result()).isZero();
        assertThat(run(new PrimeRange(1, 2, 4)).result()).isEqualTo(2);
        assertThat(run(new PrimeRange(1, 1_000_000, 1_000_100)).result()).isEqualTo(6);
    }

    @Test
    void hashIsTheSha256OfTheWholeFile() throws Exception {
        Path file = file(700_000);
        byte[] expected = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file));

        Trace trace = run(new HashFile(file.toString()));

        assertThat(trace.result()).isEqualTo(ByteBuffer.wrap(expected).getLong());
        // Open, three blocks and the look behind them, close: with the begin of the task, a wait each.
        assertThat(trace.marks()).hasSize(2 * 7 + 1);
        assertThat(trace.waited()).isPositive().isLessThan(trace.nanos());
    }

    @Test
    void compressedSizeIsThatOfTheBlockAlone() throws Exception {
        Path zeros = Files.write(directory.resolve("zeros"), new byte[1 << 20]);

        long first = run(new CompressBlock(1, zeros.toString(), 0, 262_144)).result();
        long second =
                run(new CompressBlock(2, zeros.toString(), 524_288, 262_144)).result();

        assertThat(first).isEqualTo(second);
        assertThat(first >>> Integer.SIZE).isBetween(100L, 2_000L);
    }

    @Test
    void missingFileFailsItsTaskAndIsNamed() throws Exception {
        Trace hash = run(new HashFile(directory.resolve("nowhere").toString()));
        Trace block = run(new CompressBlock(7, file(10).toString(), 0, 20));

        assertThat(hash.failure()).startsWith("NoSuchFileException").contains("nowhere");
        assertThat(hash.marks()).isNotEmpty();
        assertThat(block.failure()).startsWith("EOFException");
    }

    @Test
    void fingerprintFollowsFromThePage() throws Exception {
        byte[] page = new Pages(1).html(4);
        byte[] other = new Pages(1).html(5);

        assertThat(fingerprint(page)).isEqualTo(fingerprint(page.clone())).isNotEqualTo(fingerprint(other));
        assertThat(fingerprint("too short".getBytes(StandardCharsets.US_ASCII))).isEqualTo(fingerprint(new byte[0]));
    }

    private static long fingerprint(byte[] page) throws InterruptedException {
        Medium canned = new Medium() {
            @Override
            public byte[] fetch(URI uri) {
                return page;
            }

            @Override
            public <T> T block(BlockingCall<T> call) throws IOException {
                return call.call();
            }
        };
        return Tasks.run(new FingerprintPage(URI.create("http://x/"), 32), canned, 0)
                .result();
    }

    @Test
    void treeIsTheSameEveryTimeAndKeepsItsLimits() throws Exception {
        file(10);
        file(500);
        file(30);
        Files.createDirectories(directory.resolve("sub"));
        Files.write(directory.resolve("sub/large"), new byte[5_000]);
        Files.write(directory.resolve("empty"), new byte[0]);

        FileTree all = FileTree.walk(directory, Long.MAX_VALUE, Long.MAX_VALUE, 100);
        FileTree some = FileTree.walk(directory, 1_000, 515, 100);

        assertThat(all.files()).extracting(FileTree.Entry::size).containsExactly(5_000L, 500L, 30L, 10L);
        assertThat(all.skipped()).isZero();
        assertThat(some.files()).extracting(FileTree.Entry::size).containsExactly(30L, 10L);
        assertThat(some.skipped()).isEqualTo(2);
    }

    @Test
    void pagesFollowFromTheSeed() {
        Pages pages = new Pages(9);
        double[] millis = new double[400];
        for (int page = 0; page < millis.length; page++) {
            assertThat(pages.html(page)).isEqualTo(new Pages(9).html(page));
            millis[page] = pages.latency(page).toNanos() / 1e6;
            assertThat(millis[page]).isEqualTo(new Pages(9).latency(page).toNanos() / 1e6);
        }
        Arrays.sort(millis);

        assertThat(millis[200]).isBetween(7.0, 9.0);
        assertThat(millis[0]).isPositive();
        assertThat(millis[399]).isBetween(20.0, 40.0);
        assertThat(new Pages(10).html(0)).isNotEqualTo(pages.html(0));
    }

    @Test
    void pleasantNumbersAreRoundAndNotLarger() {
        assertThat(Calibration.pleasant(1)).isEqualTo(1);
        assertThat(Calibration.pleasant(1_999)).isEqualTo(1_500);
        assertThat(Calibration.pleasant(2_000)).isEqualTo(2_000);
        assertThat(Calibration.pleasant(9_999_999)).isEqualTo(8_000_000);
    }
}
