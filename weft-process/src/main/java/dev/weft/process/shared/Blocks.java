package dev.weft.process.shared;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** The files of {@link Block}s: their names, and their removal on every way that a process can end. */
final class Blocks {
    /** Begins the names of files that have no name yet; then the token of who makes them, and a dash. */
    static final String UNNAMED = ".new-";

    private static final long SWEEP_EVERY = TimeUnit.SECONDS.toNanos(10);
    private static final int LONGEST_NAME = 128;

    private static final Map<String, Block.Id> OWN = new ConcurrentHashMap<>();
    private static final AtomicLong NEXT_SWEEP = new AtomicLong(System.nanoTime());

    private static final class Hook {
        /** Removes at the end of the JVM what it has made; read once to register that. */
        static final boolean REGISTERED = register();

        private static boolean register() {
            Runtime.getRuntime()
                    .addShutdownHook(Thread.ofPlatform()
                            .name("weft-process-shared-cleanup")
                            .unstarted(() -> OWN.forEach(Blocks::disown)));
            return true;
        }
    }

    /** The header of a block, as read from its file. */
    record Head(Block.Id id, Block.Kind kind, long size) {}

    private Blocks() {}

    /** {@return a name that a user has chosen, if it is possible} */
    static String checked(String name) {
        if (!name.matches("[A-Za-z0-9_][A-Za-z0-9_-]{0," + (LONGEST_NAME - 1) + "}") || name.equals(Room.PRESENCE)) {
            throw new IllegalArgumentException("expected a name of 1 to " + LONGEST_NAME
                    + " letters, digits, '_' and '-', and found '" + name + "'");
        }
        return name;
    }

    /** {@return a name, or that of a part, if it is possible} */
    static String checkedPart(String name) {
        int dot = name.indexOf('.');
        checked(dot < 0 ? name : name.substring(0, dot));
        if (dot >= 0) {
            checked(name.substring(dot + 1));
        }
        return name;
    }

    /** Gives a file a name that nothing else has. */
    static void name(Path unnamed, Path named) throws IOException {
        try {
            Files.createLink(named, unnamed);
        } catch (UnsupportedOperationException e) { // a file system without links: not quite as safe
            if (Files.exists(named)) {
                throw new FileAlreadyExistsException(named.toString());
            }
            Files.move(unnamed, named);
        }
    }

    static void own(String name, Block.Id id) {
        OWN.put(name, id);
        try {
            if (!Hook.REGISTERED) {
                throw new AssertionError();
            }
        } catch (ExceptionInInitializerError | NoClassDefFoundError e) {
            // The JVM is ending: the next process removes it.
            Log.debug("made while the JVM ends: " + name, e);
        }
    }

    /** Removes a block and its parts, unless its name belongs to another one by now. */
    static void disown(String name, Block.Id id) {
        OWN.remove(name, id);
        Path room = Room.get().path;
        try (DirectoryStream<Path> parts = Files.newDirectoryStream(room, name + ".*")) {
            Path file = room.resolve(name);
            Head head = read(file);
            if (head != null && head.id.equals(id)) {
                Files.deleteIfExists(file);
                for (Path part : parts) {
                    Files.deleteIfExists(part);
                }
            }
        } catch (NoSuchFileException e) {
            return; // somebody was first
        } catch (IOException e) {
            Log.debug("stays until the next process looks: " + name, e);
        }
    }

    static @Nullable Head read(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            return read(channel);
        }
    }

    static @Nullable Head read(FileChannel channel) throws IOException {
        ByteBuffer head = ByteBuffer.allocate(Block.HEADER).order(ByteOrder.nativeOrder());
        while (head.hasRemaining()) {
            if (channel.read(head, head.position()) < 0) {
                return null;
            }
        }
        Block.Kind kind = Block.Kind.of(head.getInt(Block.KIND_AT));
        long size = head.getLong(Block.SIZE_AT);
        return head.getLong(0) != Block.MAGIC || kind == null || size < 1
                ? null
                : new Head(new Block.Id(head.getLong(Block.OWNER_AT), head.getLong(Block.SERIAL_AT)), kind, size);
    }

    /** Removes what a process has left that was killed, and says so. */
    static void remove(Path file, Head head) throws IOException {
        if (Files.deleteIfExists(file)) {
            Log.info("removed " + head.kind.text + " of " + head.size + " bytes, '"
                    + file.getFileName() + "', which process " + Presence.pid(head.id.owner())
                    + " had left when it was killed");
        }
    }

    /** {@link #sweep}, if that was not done lately. */
    static void sweepNowAndThen() {
        long due = NEXT_SWEEP.get();
        long now = System.nanoTime();
        if (now - due >= 0 && NEXT_SWEEP.compareAndSet(due, now + SWEEP_EVERY)) {
            sweep();
        }
    }

    /** Removes what processes have left that were killed. */
    static void sweep() {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(Room.get().path)) {
            for (Path file : files) {
                try {
                    sweep(file);
                } catch (IOException | NumberFormatException e) {
                    Log.debug("left alone: " + file, e); // somebody else was first
                }
            }
        } catch (IOException e) {
            Log.debug("cannot look for what was left", e);
        }
    }

    private static void sweep(Path file) throws IOException {
        String name = file.getFileName().toString();
        if (name.equals(Room.PRESENCE)) {
            return; // never opened here: closing it would free the lock by which others know that this process lives
        }
        if (name.startsWith(UNNAMED)) {
            String token = name.substring(UNNAMED.length(), name.lastIndexOf('-'));
            if (!Presence.isAlive(Long.parseLong(token, 16))) {
                Files.deleteIfExists(file);
            }
            return;
        }
        Head head = read(file);
        if (head != null && !Presence.isAlive(head.id.owner())) {
            remove(file, head);
        }
    }
}
