package dev.weft.process.isolated;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.Job;
import dev.weft.Task;
import dev.weft.process.BrokenPoolException;
import dev.weft.process.RemoteFailureException;
import dev.weft.process.TransferException;
import dev.weft.process.codec.ForyCodec;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.Serial;
import java.io.Serializable;
import java.lang.ref.WeakReference;
import java.net.Socket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Tasks that share this JVM and no static state. */
@Timeout(60)
public class IsolatedPoolTest {
    @SuppressWarnings("serial")
    record Point(int x, List<String> labels) implements Serializable {}

    /** Not serializable. */
    record Plain(String text) {}

    @SuppressWarnings("serial")
    static final class OwnFailure extends Exception {
        final int code;

        OwnFailure(int code) {
            super("code " + code);
            this.code = code;
        }
    }

    @SuppressWarnings("serial")
    static final class Unsendable extends RuntimeException {
        final Object lock = new Object();

        Unsendable() {
            super("cannot be copied");
        }
    }

    static final class Broken implements Serializable {
        @Serial
        private static final long serialVersionUID = 1;

        @Serial
        private void readObject(ObjectInputStream in) throws IOException {
            throw new IOException("cannot be rebuilt");
        }
    }

    @Test
    void eachIsolateHasItsOwnStaticStateAndKeepsIt() {
        try (var pool = IsolatedPool.of(1)) {
            for (int i = 1; i <= 5; i++) {
                assertThat(pool.submit(OldLibrary::call).await()).isEqualTo(i);
            }
        }
        assertThat(OldLibrary.calls()).as("calls outside").isZero();
        try (var pool = IsolatedPool.of(1)) {
            assertThat(pool.submit(OldLibrary::call).await()).as("a new pool").isEqualTo(1);
        }
    }

    /** Returns once as many tasks as there are isolates run. */
    private static int callTogether() throws InterruptedException {
        OldLibrary.Mailbox.LETTERS.add("here");
        while (OldLibrary.Mailbox.LETTERS.size() < 3) {
            Thread.sleep(1);
        }
        return OldLibrary.call();
    }

    @Test
    void isolatesRunAtTheSameTimeAndTalkThroughSharedClasses() {
        OldLibrary.Mailbox.LETTERS.clear();
        try (var pool = IsolatedPool.builder()
                .isolates(3)
                .share(OldLibrary.Mailbox.class.getName())
                .build()) {
            List<Task<Integer>> tasks = IntStream.range(0, 3)
                    .mapToObj(_ -> pool.submit(IsolatedPoolTest::callTogether))
                    .toList();
            assertThat(tasks.stream().map(Task::await)).containsExactly(1, 1, 1);
            assertThat(OldLibrary.Mailbox.LETTERS).as("seen from outside").hasSize(3);
        }
    }

    @Test
    void workAndResultsAreCopies() {
        try (var pool = IsolatedPool.of(2)) {
            var labels = new ArrayList<>(List.of("a"));
            var point = new Point(1, labels);
            Point back = pool.submit(() -> {
                        point.labels()
                                .add(Thread.currentThread()
                                        .getContextClassLoader()
                                        .getName());
                        return new Point(point.x() + 1, point.labels());
                    })
                    .await();
            assertThat(back).isEqualTo(new Point(2, List.of("a", "isolates-1")));
            assertThat(labels).containsExactly("a");
            assertThat(pool.submit(() -> null).await()).isNull();
            List<Integer> squares = pool.map(
                            (Integer i) -> i * i,
                            IntStream.range(0, 100).boxed().toList())
                    .toList();
            assertThat(squares).hasSize(100).endsWith(99 * 99);
        }
    }

    @Test
    void aCodecCopiesWhatIsNotSerializable() {
        try (var pool =
                IsolatedPool.builder().isolates(1).codec(new ForyCodec()).build()) {
            var plain = new Plain("x");
            assertThat(pool.submit(() -> new Plain(plain.text() + OldLibrary.call()))
                            .await())
                    .isEqualTo(new Plain("x1"));
            assertThat(pool.map((Plain p) -> Map.of(p.text(), OldLibrary.call()), List.of(plain, plain))
                            .toList())
                    .isEqualTo(List.of(Map.of("x", 2), Map.of("x", 3)));
        }
    }

    @Test
    void exceptionsComeOutAsWhatTheyAre() {
        try (var pool = IsolatedPool.of(1)) {
            assertThatThrownBy(() -> pool.submit(() -> {
                                throw new OwnFailure(7);
                            })
                            .await(OwnFailure.class))
                    .isInstanceOf(OwnFailure.class)
                    .hasFieldOrPropertyWithValue("code", 7);
            assertThatThrownBy(() -> pool.submit(() -> {
                                throw new Unsendable();
                            })
                            .await())
                    .isInstanceOf(RemoteFailureException.class)
                    .hasMessageContaining("cannot be copied")
                    .hasMessageContaining("java.lang.Object");
            assertThatThrownBy(() -> pool.submit(() -> {
                                throw new AssertionError("an error");
                            })
                            .await())
                    .isInstanceOf(AssertionError.class)
                    .hasMessage("an error");
            assertThat(pool.submit(() -> 1).await()).isEqualTo(1);
        }
    }

    @Test
    @DisplayName("P247 what cannot be copied into an isolate, out of it or rebuilt there fails its task alone")
    void whatCannotBeCopiedFailsItsTaskAlone() {
        try (var pool = IsolatedPool.of(1)) {
            var lock = new Object();
            assertThatThrownBy(() -> pool.submit(() -> lock.toString()).await())
                    .isInstanceOf(TransferException.class)
                    .hasMessageContaining("cannot be copied into an isolate")
                    .hasMessageContaining("java.lang.Object");
            var broken = new Broken();
            assertThatThrownBy(() -> pool.submit(() -> broken.hashCode()).await())
                    .isInstanceOf(TransferException.class)
                    .hasMessageContaining("cannot be rebuilt");
            assertThatThrownBy(() -> pool.submit(() -> new Broken()).await())
                    .isInstanceOf(TransferException.class)
                    .hasMessageContaining("cannot be read outside");
            assertThatThrownBy(() -> pool.submit(() -> new Socket()).await())
                    .isInstanceOf(TransferException.class)
                    .hasMessageContaining("its result cannot be copied")
                    .hasMessageContaining("java.net.Socket");
            assertThat(pool.submit(() -> 1).await()).isEqualTo(1);
        }
    }

    @Test
    void theInitializerPreparesEachIsolate() {
        try (var pool = IsolatedPool.builder()
                .isolates(2)
                .initializer(() -> {
                    OldLibrary.configure("prepared");
                    return null;
                })
                .build()) {
            Set<String> seen =
                    new HashSet<>(pool.map((Integer _) -> OldLibrary.configuration(), List.of(1, 2, 3, 4, 5, 6))
                            .toList());
            assertThat(seen).containsExactly("prepared");
        }
        assertThat(OldLibrary.configuration()).isEqualTo("none");
    }

    @Test
    @DisplayName("P248 an initializer that fails breaks the pool: all tasks fail, also those submitted later")
    void anInitializerThatFailsBreaksThePool() {
        try (var pool = IsolatedPool.builder()
                .isolates(2)
                .initializer(() -> {
                    throw new IllegalStateException("no licence");
                })
                .build()) {
            List<Task<Integer>> tasks =
                    IntStream.range(0, 10).mapToObj(i -> pool.submit(() -> i)).toList();
            for (Task<Integer> task : tasks) {
                assertThatThrownBy(task::await)
                        .isInstanceOf(BrokenPoolException.class)
                        .hasMessageContaining("no licence");
            }
            assertThatThrownBy(() -> pool.submit(() -> 1).await()).isInstanceOf(BrokenPoolException.class);
        }
    }

    @Test
    void cancellingInterrupts() throws Exception {
        OldLibrary.Mailbox.LETTERS.clear();
        try (var pool = IsolatedPool.builder()
                .isolates(1)
                .share(OldLibrary.Mailbox.class.getName())
                .build()) {
            Task<Integer> task = pool.submit(() -> {
                OldLibrary.Mailbox.LETTERS.add("running");
                new CountDownLatch(1).await();
                return 0;
            });
            assertThat(OldLibrary.Mailbox.LETTERS.poll(30, TimeUnit.SECONDS)).isEqualTo("running");
            task.cancel("enough");
            assertThatThrownBy(task::await).isInstanceOf(CancellationException.class);
            assertThat(pool.submit(() -> 1).await()).isEqualTo(1);
        }
    }

    private static WeakReference<ClassLoader> useAndClose() {
        OldLibrary.Mailbox.LETTERS.clear();
        Loaders.SEEN = null;
        try (var pool = IsolatedPool.builder()
                .isolates(1)
                .share(Loaders.class.getName())
                .build()) {
            Job<Integer> job = () -> {
                Loaders.SEEN = new WeakReference<>(OldLibrary.class.getClassLoader());
                return OldLibrary.call();
            };
            assertThat(pool.submit(job).await()).isEqualTo(1);
            assertThatThrownBy(() -> pool.submit(() -> {
                                throw new OwnFailure(1);
                            })
                            .await())
                    .isInstanceOf(Exception.class);
            assertThat(Loaders.SEEN.get()).isNotNull().isNotSameAs(OldLibrary.class.getClassLoader());
        }
        return Loaders.SEEN;
    }

    /** Shared. */
    public static final class Loaders {
        public static WeakReference<ClassLoader> SEEN;

        private Loaders() {}
    }

    @Test
    void closingReleasesTheClassLoaders() throws Exception {
        WeakReference<ClassLoader> loader = useAndClose();
        for (int i = 0; i < 200 && loader.get() != null; i++) {
            System.gc();
            Thread.sleep(25);
        }
        assertThat(loader.get()).as("the loader of a closed isolate").isNull();
    }

    @Test
    void aPoolOfNoOrTooManyIsolatesIsRefused() {
        assertThatThrownBy(() -> IsolatedPool.of(0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> IsolatedPool.of(100_000)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aClassPathWithoutTheWorkFailsItsTasks() {
        try (var pool = IsolatedPool.builder()
                .isolates(1)
                .classPath(Path.of("no-such.jar"))
                .build()) {
            assertThatThrownBy(() -> pool.submit(() -> 1).await())
                    .isInstanceOf(TransferException.class)
                    .hasMessageContaining("classPath(...)");
        }
    }

    @Test
    void closeFromWithinIsRefused() {
        try (var pool = IsolatedPool.builder()
                .isolates(1)
                .share(Pools.class.getName(), IsolatedPool.class.getName())
                .build()) {
            Pools.CURRENT = pool;
            assertThatThrownBy(() -> pool.submit(() -> {
                                Pools.CURRENT.close();
                                return 1;
                            })
                            .await())
                    .isInstanceOf(IllegalStateException.class);
        }
    }

    public static final class Pools {
        public static IsolatedPool CURRENT;

        private Pools() {}
    }
}
