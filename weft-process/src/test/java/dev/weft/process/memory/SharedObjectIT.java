package dev.weft.process.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.process.ProcessPool;
import dev.weft.process.TransferException;
import dev.weft.process.shared.Child;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** Memory, arrays and numbers between real processes: what others see, and what is left when somebody ends. */
@Timeout(120)
@EnabledOnOs(OS.LINUX)
class SharedObjectIT {
    private static final Path ROOM = Path.of("/dev/shm/weft." + System.getProperty("user.name"));

    private static String name() {
        return "t-" + ProcessHandle.current().pid() + "-" + System.nanoTime();
    }

    private static ProcessPool pool(int workers) {
        return ProcessPool.builder().workers(workers).heap("64m").build();
    }

    @Test
    @DisplayName(
            "P286 memory is made once and found by its name; a name that is taken and one that is missing are errors")
    void isMadeOnceAndFoundByItsName() {
        String name = name();
        try (var memory = SharedMemory.create(name, 1000);
                var other = SharedMemory.attach(name)) {
            assertThat(memory.name()).isEqualTo(name);
            assertThat(memory.size()).isEqualTo(1000);
            assertThat(other.size()).isEqualTo(1000);
            assertThat(memory.isOwner()).isTrue();
            assertThat(other.isOwner()).isFalse();
            memory.segment().set(ValueLayout.JAVA_LONG, 992, 42);
            assertThat(other.segment().get(ValueLayout.JAVA_LONG, 992)).isEqualTo(42);
            assertThat(other.byteBuffer().getLong(992)).isEqualTo(42);
            assertThatThrownBy(() -> SharedMemory.create(name, 5))
                    .isInstanceOf(UncheckedIOException.class)
                    .hasCauseInstanceOf(FileAlreadyExistsException.class)
                    .hasMessageContaining(name);
            assertThatThrownBy(() -> SharedIntArray.attach(name)).hasMessageContaining("not a SharedIntArray");
            assertThatThrownBy(() -> SharedIntArray.create(name, 7)).hasMessageContaining("already");
        }
        assertThatThrownBy(() -> SharedMemory.attach(name))
                .isInstanceOf(UncheckedIOException.class)
                .hasCauseInstanceOf(NoSuchFileException.class)
                .hasMessageContaining(name);
        SharedMemory.create(name, 7).close(); // the name is free again
    }

    @Test
    void sizesAndNamesThatCannotBeAreRefused() {
        assertThatThrownBy(() -> SharedMemory.create(0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> SharedIntArray.create(-5)).isInstanceOf(IllegalArgumentException.class);
        for (String name : List.of("", "../x", "a/b", ".hidden", "a.b", "presence", "x".repeat(200))) {
            assertThatThrownBy(() -> SharedMemory.create(name, 5))
                    .as(name)
                    .isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> SharedMemory.attach(name))
                    .as(name)
                    .isInstanceOfAny(IllegalArgumentException.class, UncheckedIOException.class);
        }
    }

    @Test
    void moreThanThereIsRoomForIsAnExceptionAndLeavesNothing() throws Exception {
        long room = Files.getFileStore(ROOM.getParent()).getUsableSpace();
        assertThatThrownBy(() -> SharedMemory.create(room + (1L << 20)))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("make room");
        try (var files = Files.list(ROOM)) {
            assertThat(files.map(file -> file.getFileName().toString())).noneMatch(file -> file.startsWith(".new-"));
        }
    }

    @Test
    void useAfterCloseIsAnException() {
        var memory = SharedMemory.create(64);
        var segment = memory.segment();
        var buffer = memory.byteBuffer();
        memory.close();
        memory.close();
        assertThat(memory.isClosed()).isTrue();
        assertThatThrownBy(memory::segment)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("closed");
        assertThatThrownBy(() -> segment.get(ValueLayout.JAVA_BYTE, 0)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> buffer.get(0)).isInstanceOf(IllegalStateException.class);
        var number = SharedLong.create(5);
        number.close();
        assertThatThrownBy(number::get).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> serialized(number)).isInstanceOf(IllegalStateException.class);
        assertThat(number.toString()).contains("closed");
    }

    private static byte[] serialized(Object object) throws Exception {
        var bytes = new ByteArrayOutputStream();
        try (var out = new ObjectOutputStream(bytes)) {
            out.writeObject(object);
        }
        return bytes.toByteArray();
    }

    @Test
    void whatComesWithAMessageDoesNotCloseTheOriginal() throws Exception {
        try (var numbers = SharedDoubleArray.create(3)) {
            numbers.set(1, 2.5);
            var in = new ObjectInputStream(new ByteArrayInputStream(serialized(numbers)));
            try (var copy = (SharedDoubleArray) in.readObject()) {
                assertThat(copy.getAndAdd(1, 1)).isEqualTo(2.5);
                assertThat(copy.isOwner()).isFalse();
            }
            assertThat(numbers.get(1)).isEqualTo(3.5);
            SharedDoubleArray.attach(numbers.name()).close();
        }
    }

    @Test
    @DisplayName("P287 a block is reached by its name and by sending the object")
    void isReachedByItsNameAndBySendingTheObject() {
        try (var pool = pool(1);
                var memory = SharedMemory.create(4096)) {
            pool.submit(() -> {
                        memory.segment().setString(0, "sent");
                        return 0;
                    })
                    .await();
            assertThat(memory.segment().getString(0)).isEqualTo("sent");
            String name = memory.name();
            assertThat(pool.submit(() -> {
                                try (var attached = SharedMemory.attach(name)) {
                                    attached.segment().setString(0, "named");
                                    return attached.size();
                                }
                            })
                            .await())
                    .isEqualTo(4096);
            assertThat(memory.segment().getString(0)).isEqualTo("named");
            var returned = pool.submit(() -> memory).await();
            assertThat(returned.segment().getString(0)).isEqualTo("named");
            var made = pool.submit(() -> {
                        var theirs = SharedMemory.create(100);
                        theirs.segment().setString(0, "made there");
                        return theirs;
                    })
                    .await();
            assertThat(made.segment().getString(0)).isEqualTo("made there");
            made.unlink();
            assertThatThrownBy(() -> SharedMemory.attach(made.name())).isInstanceOf(UncheckedIOException.class);
            assertThat(made.segment().getString(0)).isEqualTo("made there");
        }
    }

    @Test
    void workThatRefersToMemoryThatIsGoneFailsAndSaysSo() {
        try (var pool = pool(1)) {
            var memory = SharedMemory.create(10);
            memory.unlink();
            assertThatThrownBy(() -> pool.submit(() -> memory.size()).await())
                    .isInstanceOf(TransferException.class)
                    .hasStackTraceContaining("there is no SharedMemory named '" + memory.name() + "'");
            memory.close();
            assertThatThrownBy(() -> pool.submit(() -> memory.size()).await())
                    .isInstanceOf(TransferException.class)
                    .hasStackTraceContaining("was closed");
            assertThat(pool.submit(() -> 5).await()).isEqualTo(5);
        }
    }

    @Test
    @DisplayName("P266 what a worker writes to shared numbers is seen here")
    void whatAWorkerWritesToSharedNumbersIsSeenHere() {
        try (var pool = pool(2);
                var whole = SharedLong.create(7);
                var real = SharedDouble.create(3.5)) {
            pool.submit(() -> {
                        whole.set(whole.get() * 6);
                        real.set(-1.25);
                        return 0;
                    })
                    .await();
            assertThat(whole.get()).isEqualTo(42);
            assertThat(real.get()).isEqualTo(-1.25);
            pool.map(
                            n -> {
                                for (int i = 0; i < 1000; i++) {
                                    whole.addAndGet(1);
                                    real.addAndGet(0.5);
                                }
                                return n;
                            },
                            List.of(1, 2, 3, 4, 5, 6))
                    .toList();
            assertThat(whole.get()).isEqualTo(6042);
            assertThat(real.get()).isEqualTo(2998.75);
            assertThat(whole.compareAndSet(6042, 1)).isTrue();
            assertThat(whole.compareAndSet(6042, 2)).isFalse();
            assertThat(whole.getAndSet(3)).isEqualTo(1);
            assertThat(whole.updateAndGet(n -> n << 2)).isEqualTo(12);
        }
    }

    @Test
    @DisplayName("P267 parts of a shared array are read and written; what a worker writes is seen here")
    void partsOfASharedArrayAreReadAndWritten() {
        try (var pool = pool(2);
                var ints = SharedIntArray.create(10);
                var longs = SharedLongArray.create(10)) {
            ints.copyFrom(0, IntStream.range(0, 10).toArray(), 0, 10);
            assertThat(ints.toArray(3, 6)).containsExactly(3, 4, 5);
            pool.submit(() -> {
                        ints.copyFrom(4, new int[] {-1, 40, 50, -1}, 1, 2);
                        return 0;
                    })
                    .await();
            assertThat(ints.toArray()).containsExactly(0, 1, 2, 3, 40, 50, 6, 7, 8, 9);
            pool.map(
                            i -> {
                                longs.getAndAdd(i % 10, i);
                                return 0;
                            },
                            IntStream.range(0, 1000).boxed().toList())
                    .toList();
            assertThat(LongSum.of(longs.toArray())).isEqualTo(499_500);
            assertThat(longs.get(3)).isEqualTo(49_800);
            assertThatThrownBy(() -> ints.get(10)).isInstanceOf(IndexOutOfBoundsException.class);
            assertThatThrownBy(() -> ints.set(-1, 0)).isInstanceOf(IndexOutOfBoundsException.class);
            assertThatThrownBy(() -> ints.toArray(5, 11)).isInstanceOf(IndexOutOfBoundsException.class);
            assertThatThrownBy(() -> ints.copyFrom(8, new int[5], 0, 3)).isInstanceOf(IndexOutOfBoundsException.class);
        }
    }

    private static final class LongSum {
        static long of(long[] values) {
            return java.util.Arrays.stream(values).sum();
        }
    }

    // ---- ends

    @SuppressWarnings("unused") // run by a child
    private static void makes(String[] names) {
        SharedMemory.create(names[0], 5000).segment().set(ValueLayout.JAVA_INT, 0, 77);
        Child.say("made");
        Child.await();
    }

    @SuppressWarnings("unused") // run by a child
    private static void attaches(String[] names) {
        try (var memory = SharedMemory.attach(names[0])) {
            Child.say(memory.segment().get(ValueLayout.JAVA_INT, 0));
            Child.await();
        }
    }

    @SuppressWarnings("unused") // run by a child
    private static void looks(String[] names) {
        SharedMemory.create(10).close();
        Child.say("looked");
    }

    @Test
    void theEndOfTheOwnerIsTheEndOfTheName() {
        for (boolean bySignal : new boolean[] {false, true}) {
            String name = name();
            try (Child owner = Child.start(SharedObjectIT.class, "makes", name)) {
                owner.until("made");
                var memory = SharedMemory.attach(name);
                if (bySignal) {
                    assertThat(owner.terminate()).isEqualTo(143);
                } else {
                    owner.tell("end");
                    assertThat(owner.end()).isZero();
                }
                assertThat(ROOM.resolve(name)).doesNotExist();
                assertThat(memory.segment().get(ValueLayout.JAVA_INT, 0)).isEqualTo(77); // as long as it is mapped here
                memory.close();
            }
        }
    }

    @Test
    @DisplayName("P288 what a killed process leaves is removed by the next one that looks, and reported")
    void whatAKilledProcessLeavesIsRemoved() {
        String name = name();
        String second = name();
        try (Child owner = Child.start(SharedObjectIT.class, "makes", name);
                Child other = Child.start(SharedObjectIT.class, "makes", second)) {
            owner.until("made");
            other.until("made");
            owner.kill();
            other.kill();
            assertThat(ROOM.resolve(name)).exists();
            assertThatThrownBy(() -> SharedMemory.attach(name))
                    .hasCauseInstanceOf(NoSuchFileException.class)
                    .hasMessageContaining("its process " + owner.pid() + " has ended");
            assertThat(ROOM.resolve(name)).doesNotExist();
            assertThat(ROOM.resolve(second)).exists();
            try (Child next = Child.start(SharedObjectIT.class, "looks")) {
                next.until("looked");
            }
            assertThat(ROOM.resolve(second)).doesNotExist();
        }
    }

    @Test
    @DisplayName("P289 the end of one who attached does not remove the block")
    void theEndOfOneWhoAttachedDoesNotRemoveTheBlock() {
        try (var memory = SharedMemory.create(100)) {
            memory.segment().set(ValueLayout.JAVA_INT, 0, 5);
            try (Child user = Child.start(SharedObjectIT.class, "attaches", memory.name());
                    Child killed = Child.start(SharedObjectIT.class, "attaches", memory.name())) {
                assertThat(user.line()).isEqualTo("5");
                assertThat(killed.line()).isEqualTo("5");
                user.tell("end");
                assertThat(user.end()).isZero();
                killed.kill();
            }
            SharedMemory.attach(memory.name()).close();
        }
    }
}
