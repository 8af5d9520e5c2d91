package dev.weft.cli.function;

import dev.weft.cli.map.run.Captured;
import java.io.ByteArrayOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What a call prints to {@link System#out} and {@link System#err}, and the threads that it starts: kept apart from what
 * others print, in memory or, if it is much, in files. What nobody's thread prints goes to standard error, since
 * standard output is for results.
 */
final class Printed implements AutoCloseable {
    private static final int MOST_IN_MEMORY = 1 << 20;
    private static final InheritableThreadLocal<@Nullable Printed> CURRENT = new InheritableThreadLocal<>();

    private final Buffer out;
    private final Buffer err;

    private Printed(Supplier<Path> spill) {
        out = new Buffer(spill, ".stdout");
        err = new Buffer(spill, ".stderr");
    }

    /** Has this process print where calls say; once, before the first call. */
    static synchronized void install() {
        if (!(System.out instanceof Routed)) {
            System.setOut(new Routed(true));
            System.setErr(new Routed(false));
        }
    }

    /**
     * Begins to keep what this thread prints, until {@link #close}.
     *
     * @param spill where files may be that are named after it; asked only if there is much
     */
    static Printed begin(Supplier<Path> spill) {
        var printed = new Printed(spill);
        CURRENT.set(printed);
        return printed;
    }

    Captured out() {
        return out.take();
    }

    Captured err() {
        return err.take();
    }

    /** {@return both, what was printed to standard output first} */
    Captured both() {
        return err.isEmpty() ? out.take() : out.isEmpty() ? err.take() : out.with(err);
    }

    @Override
    public void close() {
        CURRENT.remove();
    }

    /** Grows in memory up to a limit, then in a file. Lock: this. */
    private static final class Buffer extends OutputStream {
        private final Supplier<Path> spill;
        private final String suffix;
        private @Nullable ByteArrayOutputStream memory;
        private @Nullable Path file;
        private @Nullable OutputStream spilled;
        private boolean taken;

        Buffer(Supplier<Path> spill, String suffix) {
            this.spill = spill;
            this.suffix = suffix;
        }

        @Override
        public void write(int each) {
            write(new byte[] {(byte) each}, 0, 1);
        }

        @Override
        public synchronized void write(byte[] bytes, int offset, int length) {
            if (taken) {
                return; // by a thread that has outlived its call
            }
            try {
                if (spilled == null && inMemory() + length > MOST_IN_MEMORY) {
                    spill();
                }
                if (spilled != null) {
                    spilled.write(bytes, offset, length);
                } else {
                    if (memory == null) {
                        memory = new ByteArrayOutputStream(length);
                    }
                    memory.write(bytes, offset, length);
                }
            } catch (IOException e) {
                throw new UncheckedIOException("there is no room for what the function prints", e);
            }
        }

        private int inMemory() {
            return memory == null ? 0 : memory.size();
        }

        private void spill() throws IOException {
            Path place = spill.get();
            file = place.resolveSibling(place.getFileName() + suffix);
            spilled = new FileOutputStream(file.toFile());
            if (memory != null) {
                memory.writeTo(spilled);
                memory = null;
            }
        }

        synchronized boolean isEmpty() {
            return inMemory() == 0 && spilled == null;
        }

        synchronized Captured take() {
            taken = true;
            if (spilled == null || file == null) {
                return memory == null || memory.size() == 0
                        ? Captured.nothing()
                        : new Captured.Bytes(memory.toByteArray());
            }
            try {
                spilled.close();
            } catch (IOException e) {
                throw new UncheckedIOException("there is no room for what the function prints", e);
            }
            return new Captured.InFile(file);
        }

        Captured with(Buffer other) {
            try (var more = other.take().open()) {
                more.transferTo(this);
                other.take().delete();
            } catch (IOException e) {
                throw new UncheckedIOException("there is no room for what the function prints", e);
            }
            return take();
        }
    }

    /** A stream that writes to whoever prints. */
    private static final class Routed extends PrintStream {
        Routed(boolean output) {
            super(
                    new OutputStream() {
                        private final OutputStream standardError = new FileOutputStream(FileDescriptor.err);

                        @Override
                        public void write(int each) throws IOException {
                            write(new byte[] {(byte) each}, 0, 1);
                        }

                        @Override
                        public void write(byte[] bytes, int offset, int length) throws IOException {
                            Printed printed = CURRENT.get();
                            if (printed == null) {
                                standardError.write(bytes, offset, length);
                            } else {
                                (output ? printed.out : printed.err).write(bytes, offset, length);
                            }
                        }
                    },
                    true,
                    StandardCharsets.UTF_8);
        }
    }
}
