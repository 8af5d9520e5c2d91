package dev.weft.process;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/**
 * What a worker says, and what a dead one leaves behind: whatever it is, each of its tasks ends, and each element ends
 * once.
 */
class AnswersFuzzTest {
    private static final ClassLoader LOADER = AnswersFuzzTest.class.getClassLoader();
    private static final int LONGEST = 4096;

    /** A pool that starts no process, since its workers cannot be kept running. */
    private static WorkerPool pool;

    @BeforeAll
    static void open() {
        pool = WorkerPool.open(new PoolSettings(
                "fuzzed",
                1,
                64L << 20,
                List.of(),
                Map.of(),
                Duration.ofSeconds(1),
                WorkerOutput.discard(),
                List.of(),
                null,
                0,
                0,
                Duration.ofHours(1),
                0,
                0,
                null,
                null,
                true));
        for (int number = 1; !pool.isBroken(); number++) {
            pool.ended(new Worker(pool, number), exit());
        }
    }

    @AfterAll
    static void close() {
        pool.close(Duration.ZERO);
    }

    private static Exit exit() {
        return new Exit(-1, 1, List.of(), null, "was never there");
    }

    /** Counts how elements end. */
    private static final class Counted implements Batch.Taker {
        int ended;

        @Override
        public void counted(int succeeded, int failed) {
            ended += succeeded + failed;
        }

        @Override
        public int retries() {
            return 0;
        }

        @Override
        public void ended(Batch batch, int from, int to) {}

        @Override
        public void measured(long nanos, int elements) {
            assertThat(elements).isPositive();
        }
    }

    /** A worker that has been sent a task, number 1, and two batches, numbers 2 and 3, of 4 elements each. */
    private static final class Subject {
        final Worker worker = new Worker(pool, 1);
        final RemoteTask<Object> task = new RemoteTask<>(pool, 1, LOADER);
        final Counted counted = new Counted();
        final List<Batch> batches = List.of(batch(2, 0), batch(3, 1));

        Subject(boolean revoking, boolean collecting) {
            worker.state = Worker.State.READY;
            worker.revoking = revoking;
            worker.collecting = collecting;
            send(task);
            batches.forEach(batch -> send(batch.first));
        }

        private Batch batch(long id, int retries) {
            var batch = new Batch(counted, "map", 0, LOADER, new Object[4], new byte[BatchClaims.HEADER], 0);
            var part = new BatchPart(pool, id, batch, 0, batch.size());
            part.retries = retries;
            batch.first = part;
            batch.parts.add(part);
            return batch;
        }

        private void send(RemoteTask<?> sent) {
            sent.place = RemoteTask.Place.SENT;
            sent.worker = worker;
            worker.sent.addLast(sent);
        }

        void end() {
            pool.ended(worker, exit());
            assertThat(task.isDone()).isTrue();
            for (Batch batch : batches) {
                assertThat(batch.parts).isEmpty();
                assertThat(batch.first.isDone()).isTrue();
                for (int element = 0; element < batch.size(); element++) {
                    assertThat(batch.end(element)).as("element %d", element).isNotNull();
                }
            }
            assertThat(counted.ended).isEqualTo(8);
        }
    }

    /** Frames, behind a byte that says what the worker was asked for. */
    @FuzzTest
    void frames(byte[] bytes) throws IOException {
        if (bytes.length == 0) {
            return;
        }
        var subject = new Subject((bytes[0] & 1) != 0, (bytes[0] & 2) != 0);
        var in = new ByteArrayInputStream(bytes, 1, bytes.length - 1);
        var reader =
                new FrameReader(Channels.newChannel(in), true, LONGEST, frame -> pool.received(subject.worker, frame));
        try {
            while (reader.read()) {}
        } catch (ProtocolException e) {
            assertThat(e.getMessage()).isNotBlank();
        }
        subject.end();
    }

    /** The file in which a worker notes what it has begun and ended. */
    @FuzzTest
    void remains(byte[] bytes) throws IOException {
        var subject = new Subject(false, false);
        // Those that have a book have the whole of it.
        byte[] file = bytes.length > Long.BYTES ? Arrays.copyOf(bytes, ResultBook.BYTES) : bytes;
        Files.write(pool.directory().mark(subject.worker.number), file);
        subject.end();
    }
}
