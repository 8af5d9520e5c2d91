package dev.weft.cli.map.store;

import dev.weft.cli.map.input.Input;
import dev.weft.cli.map.input.LineSource;
import dev.weft.cli.map.input.Source;
import dev.weft.cli.map.input.Value;
import dev.weft.cli.text.AsciiText;
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
 * belongs to the thread that reads the sources, which publishes how far it is; {@link #poll} and what else is about
 * taking is called by one thread at a time.
 */
public final class InputSpool implements AutoCloseable {
    private static final int BATCH_CHARS = 64 * 1024;

    /** How long an input may wait for those that are read behind it. */
    private static final long BATCH_NANOS = 1_000_000;

    private final Path path;
    private final LineFile file;
    private final Runnable onMore;
    private volatile long written; // changed by one thread
    private volatile boolean complete; // what is published last: then the others stay as they are
    private volatile @Nullable IOException failure;
    private long taken;
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
        long written = 0;
        try (Lines lines = new Lines(path)) {
            for (String line = lines.next(); line != null; line = lines.next()) {
                if (line.startsWith("{\"end\":")) {
                    spool.complete = true;
                } else {
                    written++;
                }
            }
        }
        spool.written = written;
        return spool;
    }

    /**
     * {@return whether all inputs are in the file}
     */
    public boolean isComplete() {
        return complete;
    }

    /**
     * {@return how many inputs are in the file}
     */
    public long written() {
        return written;
    }

    /**
     * {@return why the sources could not be read to their end; null if they could, or it is not known yet}
     */
    public @Nullable IOException failure() {
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
            failure = problem;
            complete = problem == null;
            onMore.run();
        });
    }

    private void copy(Source source) throws IOException {
        long skip = written();
        AsciiText batch = new AsciiText(2 * BATCH_CHARS);
        long index = 0;
        long unwritten = 0;
        long since = 0;
        while (true) {
            if (unwritten > 0
                    && (batch.length() > BATCH_CHARS || source.mayWait() || System.nanoTime() - since >= BATCH_NANOS)) {
                write(batch, unwritten);
                unwritten = 0;
            }
            List<Value> values = source.next();
            if (values == null) {
                break;
            }
            if (++index > skip) {
                InputLine.appendTo(new Input(index, values), batch);
                batch.add('\n');
                if (unwritten++ == 0) {
                    since = System.nanoTime();
                }
            }
        }
        new JsonText(batch).object().number("end", index).endObject().endLine();
        write(batch, unwritten);
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // by one thread
    private void write(AsciiText batch, long count) throws IOException {
        file.append(batch);
        batch.clear();
        written = written + count;
        onMore.run();
    }

    /**
     * Takes the next input.
     *
     * @return the input; null if there is none yet, or none any more
     * @throws IOException if it cannot be read
     */
    public @Nullable Input poll() throws IOException {
        if (taken == written) {
            return null;
        }
        taken++;
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
     * {@return whether {@link #poll} would give an input now}
     */
    public boolean hasMore() {
        return taken < written;
    }

    /**
     * {@return whether {@link #poll} has given all that there will ever be}
     */
    public boolean isExhausted() {
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
