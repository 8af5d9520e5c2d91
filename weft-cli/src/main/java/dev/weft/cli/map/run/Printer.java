package dev.weft.cli.map.run;

import dev.weft.cli.map.store.Outcome;
import dev.weft.cli.text.JsonText;
import dev.weft.cli.text.RawReader;
import dev.weft.cli.text.RawText;
import java.io.BufferedOutputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;

/**
 * Prints what commands have written, one command after the other, so that nothing is mixed. Thread-safe; a slot that prints has the
 * others wait, since a terminal or pipe that takes no more has them all wait anyway.
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
     * @param printed called once it has been printed
     */
    record Written(Outcome outcome, Captured output, Captured error, boolean document, Recording printed) {}

    /** Records that an input is done. */
    @FunctionalInterface
    interface Recording {
        void run() throws IOException;
    }

    private final Plan.Layout layout;
    private final boolean keepFiles;
    private final Runnable beforeLines;
    private final FileOutputStream out;
    private final FileOutputStream err;
    private final Map<Long, Written> early = new HashMap<>();
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
     */
    Printer(Plan.Layout layout, boolean keepFiles, BitSet done, Streams streams, Runnable beforeLines) {
        this.layout = layout;
        this.keepFiles = keepFiles;
        this.done = done;
        this.out = streams.out();
        this.err = streams.err();
        this.beforeLines = beforeLines;
    }

    /**
     * Prints what an input has written, now or when it is its turn.
     *
     * @throws ReaderGoneException if nobody reads any more
     * @throws IOException if it cannot be printed
     */
    synchronized void print(Written written) throws IOException {
        if (!layout.keepOrder()) {
            show(written);
            return;
        }
        early.put(written.outcome.input().index(), written);
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
        for (Long index : early.keySet().stream().sorted().toList()) {
            Written written = early.remove(index);
            if (written != null) {
                show(written);
            }
        }
    }

    private void show(Written written) throws IOException {
        if (layout.json()) {
            beforeLines.run();
            json(written);
        } else if (!layout.ungrouped()) {
            copy(written, written.output, written.outcome.outputBytes(), out);
            copy(written, written.error, written.outcome.errorBytes(), err);
        }
        written.printed.run();
        if (layout.keepOrder() && !keepFiles) {
            written.output.delete();
            written.error.delete();
        }
    }

    private void copy(Written written, Captured captured, long bytes, FileOutputStream target) throws IOException {
        if (bytes == 0) {
            return;
        }
        beforeLines.run();
        if (layout.tag()) {
            try (InputStream in = captured.open()) {
                byte[] tag =
                        (RawText.printable(written.outcome.input().text()) + "\t").getBytes(StandardCharsets.UTF_8);
                var buffered = new BufferedOutputStream(guarded(target), BUFFER);
                tagged(in, tag, buffered);
                buffered.flush();
            }
            return;
        }
        if (!(captured instanceof Captured.InFile(Path file))) {
            captured.open().transferTo(guarded(target));
            return;
        }
        try (FileChannel in = FileChannel.open(file, StandardOpenOption.READ)) {
            FileChannel channel = target.getChannel();
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
        OutputStream target = new BufferedOutputStream(guarded(out), BUFFER);
        String line = written.outcome.line();
        target.write(line.substring(0, line.length() - 1).getBytes(StandardCharsets.US_ASCII));
        if (!layout.ungrouped()) {
            if (written.document) {
                target.write(",\"value\":".getBytes(StandardCharsets.US_ASCII));
                try (InputStream document = written.output.open()) {
                    target.write(new String(document.readAllBytes(), StandardCharsets.UTF_8)
                            .strip()
                            .getBytes(StandardCharsets.UTF_8));
                }
                target.write(",\"error\":\"".getBytes(StandardCharsets.US_ASCII));
            } else {
                target.write(",\"output\":\"".getBytes(StandardCharsets.US_ASCII));
                escaped(written.output, target);
                target.write("\",\"error\":\"".getBytes(StandardCharsets.US_ASCII));
            }
            escaped(written.error, target);
            target.write('"');
        }
        target.write("}\n".getBytes(StandardCharsets.US_ASCII));
        target.flush();
    }

    private static void escaped(Captured captured, OutputStream target) throws IOException {
        try (var in = new RawReader(captured.open())) {
            char[] block = new char[BUFFER];
            StringBuilder text = new StringBuilder();
            for (int read = in.read(block, 0, block.length); read >= 0; read = in.read(block, 0, block.length)) {
                text.setLength(0);
                JsonText.escape(new String(block, 0, read), text);
                target.write(text.toString().getBytes(StandardCharsets.US_ASCII));
            }
        }
    }

    /** A stream whose failures say that its reader has gone, which is no failure of the files read meanwhile. */
    private static OutputStream guarded(FileOutputStream target) {
        return new OutputStream() {
            @Override
            public void write(int each) throws IOException {
                write(new byte[] {(byte) each}, 0, 1);
            }

            @Override
            public void write(byte[] bytes, int offset, int length) throws IOException {
                try {
                    target.write(bytes, offset, length);
                } catch (IOException e) {
                    throw reader(e);
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
