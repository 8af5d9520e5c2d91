package dev.weft.cli.map.store;

import dev.weft.cli.map.input.Input;
import dev.weft.cli.map.input.LineSource;
import dev.weft.cli.map.input.Source;
import dev.weft.cli.map.input.Value;
import dev.weft.cli.text.JsonText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The file of inputs. A thread of its own reads the sources as fast as they give and writes them here; the run takes
 * them from here. So memory is bounded however many inputs there are, and a run can be taken up again though its
 * standard input is gone.
 *
 * <p>Inputs are numbered in the order of the sources. A last line says how many there are, once that is known. State
 * is guarded by {@code this}; {@link #poll} is called by one thread at a time.
 */
public final class InputSpool implements AutoCloseable {
    private static final int BATCH_CHARS = 64 * 1024;

    private final Path path;
    private final LineFile file;
    private final Runnable onMore;
    private long written;
    private long taken;
    private boolean complete;
    private boolean hungry;
    private @Nullable IOException failure;
    private @Nullable Lines reader;

    private InputSpool(Path path, LineFile file, Runnable onMore) {
        this.path = path;
        this.file = file;
        this.onMore = onMore;
    }

    /**
     * Opens the file, and reads how far a run before has come.
     *
     * @param path the file; made if there is none
     * @param onMore called, by the feeding thread, whenever there is more to take, and at the end
     * @return the spool
     * @throws IOException if it cannot be read
     */
    public static InputSpool open(Path path, Runnable onMore) throws IOException {
        var spool = new InputSpool(path, LineFile.open(path), onMore);
        try (Lines lines = new Lines(path)) {
            for (String line = lines.next(); line != null; line = lines.next()) {
                if (line.startsWith("{\"end\":")) {
                    spool.complete = true;
                } else {
                    spool.written++;
                }
            }
        }
        return spool;
    }

    /**
     * {@return whether all inputs are in the file}
     */
    public synchronized boolean isComplete() {
        return complete;
    }

    /**
     * {@return how many inputs are in the file}
     */
    public synchronized long written() {
        return written;
    }

    /**
     * {@return why the sources could not be read to their end; null if they could, or it is not known yet}
     */
    public synchronized @Nullable IOException failure() {
        return failure;
    }

    /**
     * Starts the thread that reads the sources; as many inputs as the file has already are skipped.
     *
     * @param source the sources; closed at their end
     */
    public void feed(Source source) {
        Thread.ofPlatform().daemon().name("weft-inputs").start(() -> {
            IOException problem = null;
            try (source) {
                copy(source);
            } catch (IOException e) {
                problem = e;
            }
            synchronized (this) {
                failure = problem;
                complete = problem == null;
                hungry = false;
            }
            onMore.run();
        });
    }

    private void copy(Source source) throws IOException {
        long skip = written();
        StringBuilder batch = new StringBuilder();
        long index = 0;
        long unwritten = 0;
        while (true) {
            if (unwritten > 0 && (batch.length() > BATCH_CHARS || isHungry() || source.mayWait())) {
                write(batch, unwritten);
                unwritten = 0;
            }
            List<Value> values = source.next();
            if (values == null) {
                break;
            }
            if (++index > skip) {
                batch.append(InputLine.write(new Input(index, values))).append('\n');
                unwritten++;
            }
        }
        batch.append(new JsonText().object().name("end").value(index).endObject())
                .append('\n');
        write(batch, unwritten);
    }

    private void write(StringBuilder batch, long count) throws IOException {
        file.append(batch);
        batch.setLength(0);
        synchronized (this) {
            written += count;
            hungry = false;
        }
        onMore.run();
    }

    private synchronized boolean isHungry() {
        return hungry;
    }

    /**
     * Takes the next input.
     *
     * @return the input; null if there is none yet, or none any more
     * @throws IOException if it cannot be read
     */
    public @Nullable Input poll() throws IOException {
        synchronized (this) {
            if (taken == written) {
                hungry = true;
                return null;
            }
            taken++;
        }
        if (reader == null) {
            reader = new Lines(path);
        }
        String line = reader.next();
        if (line == null) {
            throw new IOException("expected " + written() + " inputs in " + path + ", found that it ends before");
        }
        return InputLine.read(line);
    }

    /**
     * {@return whether {@link #poll} has given all that there will ever be}
     */
    public synchronized boolean isExhausted() {
        return (complete || failure != null) && taken == written;
    }

    @Override
    public void close() throws IOException {
        try (file) {
            if (reader != null) {
                reader.close();
            }
        }
    }

    /** The lines of the file, of which only whole ones are asked for. */
    private static final class Lines implements AutoCloseable {
        private final LineSource lines;

        Lines(Path path) throws IOException {
            lines = new LineSource(path.toString(), Files.newInputStream(path), '\n');
        }

        @Nullable
        String next() throws IOException {
            List<Value> line = lines.next();
            return line == null ? null : line.getFirst().text();
        }

        @Override
        public void close() throws IOException {
            lines.close();
        }
    }
}
