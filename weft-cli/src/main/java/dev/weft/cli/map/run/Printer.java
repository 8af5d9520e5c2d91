package dev.weft.cli.map.run;

import dev.weft.cli.map.store.Outcome;
import dev.weft.cli.text.AsciiText;
import dev.weft.cli.text.RawReader;
import dev.weft.cli.text.RawText;
import java.io.ByteArrayOutputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Prints what commands have written, one command after the other, so that nothing is mixed; then has it recorded.
 * Little that comes together is written together. Thread-safe; a slot that prints has the others wait, since a terminal
 * or pipe that takes no more has them all wait anyway.
 */
final class Printer {
    private static final int BUFFER = 64 * 1024;

    /**
     * What an input that is done has written.
     *
     * @param outcome how it ended
     * @param output what it wrote to standard output
     * @param error what it wrote to standard error
     * @param document whether the output is one JSON document
     */
    record Written(Outcome outcome, Captured output, Captured error, boolean document) {}

    /** Records that inputs are done. */
    @FunctionalInterface
    interface Recording {
        void of(List<Outcome> printed) throws IOException;
    }

    private final Plan.Layout layout;
    private final boolean keepFiles;
    private final Runnable beforeLines;
    private final Recording recording;
    private final FileOutputStream out;
    private final FileOutputStream err;
    private final Map<Long, Written> early = new HashMap<>();
    private final List<Written> shown = new ArrayList<>();
    /** What is to be written to {@code target}, before anything else is written anywhere. */
    private final ByteArrayOutputStream pending = new ByteArrayOutputStream();

    private FileOutputStream target;
    private final BitSet done;
    private long turn = 1;

    /**
     * Makes a printer.
     *
     * @param layout how to print
     * @param keepFiles whether files stay after they were printed
     * @param done the indexes of inputs that will not be printed
     * @param streams where to
     * @param beforeLines takes a bar off the screen
     * @param recording records what has been printed
     */
    Printer(
            Plan.Layout layout,
            boolean keepFiles,
            BitSet done,
            Streams streams,
            Runnable beforeLines,
            Recording recording) {
        this.layout = layout;
        this.keepFiles = keepFiles;
        this.done = done;
        this.out = streams.out();
        this.err = streams.err();
        this.target = out;
        this.beforeLines = beforeLines;
        this.recording = recording;
    }

    /**
     * Prints what inputs have written, now or when it is their turn.
     *
     * @throws ReaderGoneException if nobody reads any more
     * @throws IOException if it cannot be printed
     */
    synchronized void print(List<Written> all) throws IOException {
        try {
            for (Written written : all) {
                if (layout.keepOrder()) {
                    early.put(written.outcome.input().index(), written);
                } else {
                    show(written);
                }
            }
            if (layout.keepOrder()) {
                showWhoseTurnItIs();
            }
            recordShown();
        } finally {
            forgetShown();
        }
    }

    private void showWhoseTurnItIs() throws IOException {
        while (true) {
            while (turn <= Integer.MAX_VALUE && done.get((int) turn)) {
                turn++;
            }
            Written next = early.remove(turn);
            if (next == null) {
                return;
            }
            turn++;
            show(next);
        }
    }

    /** Prints what still waits for its turn, since the run ends before that comes. */
    synchronized void finish() throws IOException {
        try {
            for (Long index : early.keySet().stream().sorted().toList()) {
                Written written = early.remove(index);
                if (written != null) {
                    show(written);
                }
            }
            recordShown();
        } finally {
            forgetShown();
        }
    }

    private void show(Written written) throws IOException {
        shown.add(written);
        if (layout.json()) {
            json(written);
        } else if (!layout.ungrouped()) {
            copy(written, written.output, written.outcome.outputBytes(), out);
            copy(written, written.error, written.outcome.errorBytes(), err);
        }
        if (pending.size() >= BUFFER) {
            flush();
        }
    }

    private void recordShown() throws IOException {
        if (shown.isEmpty()) {
            return;
        }
        flush();
        recording.of(shown.stream().map(Written::outcome).toList());
        if (layout.keepOrder() && !keepFiles) {
            for (Written written : shown) {
                written.output.delete();
                written.error.delete();
            }
        }
    }

    /** Nothing is left of it: it has been recorded, or else it counts as not printed. */
    private void forgetShown() {
        shown.clear();
        pending.reset();
    }

    /** {@return where what is for a stream is put until it is written} */
    private ByteArrayOutputStream pendingFor(FileOutputStream stream) throws IOException {
        if (stream != target) {
            flush();
            target = stream;
        }
        return pending;
    }

    private void flush() throws IOException {
        if (pending.size() == 0) {
            return;
        }
        beforeLines.run();
        try {
            pending.writeTo(target);
        } catch (IOException e) {
            throw reader(e);
        }
        pending.reset();
    }

    private void writeNow(byte[] bytes, int offset, int length, FileOutputStream stream) throws IOException {
        beforeLines.run();
        try {
            stream.write(bytes, offset, length);
        } catch (IOException e) {
            throw reader(e);
        }
    }

    private void copy(Written written, Captured captured, long bytes, FileOutputStream stream) throws IOException {
        if (bytes == 0) {
            return;
        }
        if (layout.tag()) {
            try (InputStream in = captured.open()) {
                byte[] tag =
                        (RawText.printable(written.outcome.input().text()) + "\t").getBytes(StandardCharsets.UTF_8);
                tagged(in, tag, buffered(stream));
            }
            return;
        }
        switch (captured) {
            case Captured.Bytes(byte[] few)
            when few.length <= BUFFER -> pendingFor(stream).write(few, 0, few.length);
            case Captured.Bytes(byte[] many) -> {
                flush();
                writeNow(many, 0, many.length, stream);
            }
            case Captured.InFile(Path file) -> {
                flush();
                beforeLines.run();
                copyFile(file, bytes, stream.getChannel());
            }
        }
    }

    private static void copyFile(Path file, long bytes, FileChannel channel) throws IOException {
        try (FileChannel in = FileChannel.open(file, StandardOpenOption.READ)) {
            for (long done = 0; done < bytes; ) {
                long copied = transfer(in, done, bytes - done, channel);
                if (copied <= 0) {
                    break; // shorter than it was: somebody has emptied it
                }
                done += copied;
            }
        }
    }

    private static long transfer(FileChannel in, long from, long count, FileChannel channel) throws IOException {
        try {
            return in.transferTo(from, count, channel);
        } catch (IOException e) {
            throw reader(e);
        }
    }

    private static void tagged(InputStream in, byte[] tag, OutputStream target) throws IOException {
        byte[] block = new byte[BUFFER];
        boolean atBegin = true;
        for (int read = in.read(block); read >= 0; read = in.read(block)) {
            int begin = 0;
            for (int i = 0; i < read; i++) {
                if (atBegin) {
                    target.write(block, begin, i - begin);
                    begin = i;
                    target.write(tag);
                    atBegin = false;
                }
                if (block[i] == '\n') {
                    atBegin = true;
                }
            }
            target.write(block, begin, read - begin);
        }
    }

    private void json(Written written) throws IOException {
        OutputStream line = buffered(out);
        String text = written.outcome.line();
        line.write(text.substring(0, text.length() - 1).getBytes(StandardCharsets.US_ASCII));
        if (!layout.ungrouped()) {
            if (written.document) {
                line.write(",\"value\":".getBytes(StandardCharsets.US_ASCII));
                try (InputStream document = written.output.open()) {
                    line.write(new String(document.readAllBytes(), StandardCharsets.UTF_8)
                            .strip()
                            .getBytes(StandardCharsets.UTF_8));
                }
                line.write(",\"error\":\"".getBytes(StandardCharsets.US_ASCII));
            } else {
                line.write(",\"output\":\"".getBytes(StandardCharsets.US_ASCII));
                escaped(written.output, line);
                line.write("\",\"error\":\"".getBytes(StandardCharsets.US_ASCII));
            }
            escaped(written.error, line);
            line.write('"');
        }
        line.write("}\n".getBytes(StandardCharsets.US_ASCII));
    }

    private static void escaped(Captured captured, OutputStream target) throws IOException {
        if (captured instanceof Captured.Bytes(byte[] few) && few.length <= BUFFER) {
            new AsciiText(few.length).addEscaped(RawText.decode(few)).writeTo(target);
            return;
        }
        try (var in = new RawReader(captured.open())) {
            char[] block = new char[BUFFER];
            var text = new AsciiText(BUFFER);
            for (int read = in.read(block, 0, block.length); read >= 0; read = in.read(block, 0, block.length)) {
                text.clear();
                text.addEscaped(new String(block, 0, read)).writeTo(target);
            }
        }
    }

    /** What is written here is pending, and no more of it than fits. */
    private OutputStream buffered(FileOutputStream stream) throws IOException {
        ByteArrayOutputStream buffer = pendingFor(stream);
        return new OutputStream() {
            @Override
            public void write(int each) throws IOException {
                buffer.write(each);
                flushIfFull();
            }

            @Override
            public void write(byte[] bytes, int offset, int length) throws IOException {
                if (length < BUFFER) {
                    buffer.write(bytes, offset, length);
                    flushIfFull();
                } else {
                    Printer.this.flush();
                    writeNow(bytes, offset, length, stream);
                }
            }

            private void flushIfFull() throws IOException {
                if (buffer.size() >= BUFFER) {
                    Printer.this.flush();
                }
            }
        };
    }

    private static IOException reader(IOException e) {
        String message = String.valueOf(e.getMessage());
        return message.contains("Broken pipe") || message.contains("Connection reset")
                ? new ReaderGoneException(e)
                : new IOException("cannot write the results: " + message, e);
    }

    /** Nobody reads standard output or standard error any more. */
    @SuppressWarnings("serial") // never leaves its process
    static final class ReaderGoneException extends IOException {
        ReaderGoneException(IOException cause) {
            super("nobody reads the results any more", cause);
        }
    }
}
