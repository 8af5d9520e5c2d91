package dev.weft.cli.map.input;

import dev.weft.cli.text.RawText;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Lines, or what NUL characters separate. The last one need not be ended. A line's {@code \r} stays, since a file name
 * may have one.
 */
public final class LineSource implements Source {
    private static final int BUFFER = 64 * 1024;
    private static final int LONGEST = 64 << 20;

    private final String name;
    private final InputStream in;
    private final byte separator;
    private byte[] buffer = new byte[BUFFER];
    private int begin;
    private int end;
    private boolean ended;

    /**
     * Makes a source.
     *
     * @param name what the stream is called in messages
     * @param in the stream; closed with this
     * @param separator what ends a line: a newline or NUL
     */
    public LineSource(String name, InputStream in, char separator) {
        this.name = name;
        this.in = in;
        this.separator = (byte) separator;
    }

    @Override
    public @Nullable List<Value> next() throws IOException {
        String line = line();
        return line == null ? null : List.of(Value.of(line));
    }

    /**
     * Takes the next line.
     *
     * @return the line without its end; null at the end
     * @throws IOException if it cannot be read
     */
    @Nullable
    String line() throws IOException {
        int looked = begin;
        while (true) {
            for (; looked < end; looked++) {
                if (buffer[looked] == separator) {
                    String line = RawText.decode(buffer, begin, looked - begin);
                    begin = looked + 1;
                    return line;
                }
            }
            if (ended) {
                String rest = begin < end ? RawText.decode(buffer, begin, end - begin) : null;
                begin = end;
                return rest;
            }
            looked -= makeRoom();
            int read = read();
            if (read < 0) {
                ended = true;
            } else {
                end += read;
            }
        }
    }

    private int read() throws IOException {
        try {
            return in.read(buffer, end, buffer.length - end);
        } catch (IOException e) {
            throw new IOException("cannot read " + name + ": " + e.getMessage(), e);
        }
    }

    /** Moves what is left to the front, or takes a larger buffer; returns by how much it has moved. */
    private int makeRoom() throws IOException {
        int moved = begin;
        int length = end - begin;
        if (length == buffer.length) {
            if (length >= LONGEST) {
                throw new IOException("an input of " + name + " is longer than " + (LONGEST >> 20)
                        + " MiB: are the lines separated by something else? -0 is for NUL");
            }
            buffer = Arrays.copyOf(buffer, 2 * length);
        } else if (begin > 0) {
            System.arraycopy(buffer, begin, buffer, 0, length);
        }
        begin = 0;
        end = length;
        return moved;
    }

    @Override
    public boolean mayWait() {
        for (int i = begin; i < end; i++) {
            if (buffer[i] == separator) {
                return false;
            }
        }
        return !ended;
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
