package dev.weft.inspect;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One client, which may be slow, or talk rubbish. Called by the listener's thread only, and never waits.
 *
 * <pre>
 *   reading a request ──line is whole──► answering ──all is sent──► reading a request
 *        └── its deadline is over, the line is too long, or the client has gone ──► closed
 * </pre>
 */
final class Connection {
    private static final long MOST_NANOS_WITHOUT_PROGRESS = TimeUnit.SECONDS.toNanos(5);
    private static final long MOST_NANOS_BETWEEN_REQUESTS = TimeUnit.MINUTES.toNanos(1);
    private static final int MOST_CHUNKS_DROPPED = 64;
    private static final int CHUNK_CHARS = 32 << 10;

    private final SocketChannel channel;
    private final SelectionKey key;
    private final Source.Session session;
    private final ByteBuffer in = ByteBuffer.allocate(Request.LONGEST);

    /** What is being answered; null while a request is read. */
    private Source.@Nullable Answer answer;

    private ByteBuffer out = ByteBuffer.allocate(0);
    private boolean nothingYet;
    private long deadline = System.nanoTime() + MOST_NANOS_WITHOUT_PROGRESS;

    Connection(SocketChannel channel, Selector selector, Source.Session session) throws IOException {
        this.channel = channel;
        this.session = session;
        this.key = channel.register(selector, SelectionKey.OP_READ);
    }

    /** {@return whether it is in an answer that has nothing to say at the moment, and has to be asked again} */
    boolean hasNothingToSayYet() {
        return nothingYet;
    }

    /** Ends it if its client is too slow, and says whether it did. */
    boolean endIfOverdue(long now) {
        if (deadline - now > 0 || nothingYet) {
            return false;
        }
        close();
        return true;
    }

    void close() {
        try {
            session.close();
            channel.close();
        } catch (IOException e) {
            // it is closed all the same
        }
    }

    /** Says why it is not served, as far as the client takes it, and closes. */
    void refuse(String message) {
        try {
            channel.write(StandardCharsets.US_ASCII.encode(error(message)));
            int chunks = 0;
            while (channel.read(in.clear()) > 0 && ++chunks < MOST_CHUNKS_DROPPED) {
                // what stays unread would make the client lose what was written
            }
        } catch (IOException e) {
            // then it does not know why
        }
        close();
    }

    private static String error(String message) {
        var line = new StringBuilder();
        new JsonLine(line, "error").put("message", message).end();
        return line.toString();
    }

    /** Does what can be done without waiting, and says whether the connection lives on. */
    boolean serve() {
        try {
            if (key.isReadable() && !read()) {
                close();
                return false;
            }
            if (answer != null || out.hasRemaining()) {
                answer();
            }
            return channel.isOpen();
        } catch (Throwable e) { // the client has gone, or there is no memory for the answer: the others are served on
            close();
            return false;
        }
    }

    private boolean read() throws IOException {
        if (channel.read(in) < 0) {
            return false;
        }
        if (answer == null && !out.hasRemaining()) {
            takeRequest();
            return true;
        }
        return in.hasRemaining(); // or it would be readable for ever
    }

    private void takeRequest() {
        for (int end = 0; end < in.position(); end++) {
            if (in.get(end) == '\n') {
                String line = new String(in.array(), 0, end, StandardCharsets.UTF_8);
                in.flip().position(end + 1);
                in.compact();
                begin(line);
                return;
            }
        }
        if (!in.hasRemaining()) {
            refuse("expected a line of at most " + Request.LONGEST + " bytes, found a longer one");
        }
    }

    private void begin(String line) {
        try {
            answer = session.answer(Request.parse(line));
        } catch (RequestException e) {
            out = StandardCharsets.US_ASCII.encode(error(String.valueOf(e.getMessage())));
        }
        deadline = System.nanoTime() + MOST_NANOS_WITHOUT_PROGRESS;
    }

    private void answer() throws IOException {
        nothingYet = false;
        while (channel.isOpen()) {
            if (!out.hasRemaining()) {
                fill();
            }
            if (!out.hasRemaining()) {
                if (answer != null) {
                    nothingYet = true;
                    key.interestOps(SelectionKey.OP_READ);
                    return;
                }
                deadline = System.nanoTime() + MOST_NANOS_BETWEEN_REQUESTS;
                key.interestOps(SelectionKey.OP_READ);
                takeRequest(); // it may have sent several at once
                if (answer == null && !out.hasRemaining()) {
                    return;
                }
            } else if (channel.write(out) > 0) {
                deadline = System.nanoTime() + MOST_NANOS_WITHOUT_PROGRESS;
            } else {
                // What it sends meanwhile waits: it would wake the selector for nothing.
                key.interestOps(SelectionKey.OP_WRITE);
                return;
            }
        }
    }

    private void fill() {
        Source.Answer from = answer;
        if (from == null) {
            return;
        }
        var text = new StringBuilder();
        boolean more = true;
        while (more && text.length() < CHUNK_CHARS) {
            int before = text.length();
            more = from.write(text);
            if (text.length() == before) {
                break;
            }
        }
        if (!more) {
            answer = null;
        }
        out = StandardCharsets.US_ASCII.encode(text.toString());
    }
}
