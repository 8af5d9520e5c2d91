package dev.weft.process;

import dev.weft.JobFunction;
import dev.weft.process.codec.Codec;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Runs batches in a worker, in the thread of the tasks. The end of each element goes into the {@link ResultBook}, and
 * from there to the pool: all at once when the batch has ended, and what there is when the book is full or when
 * {@link #flush} is called by the reading thread, which does so every few milliseconds, so that the results before a
 * slow element do not wait for it.
 */
final class BatchRunner {
    /** The head of a {@link Frame#BATCH_END}. */
    static final int END_HEADER = 12;

    private final TaskLoop loop;
    private final int longestAnswer;
    private final @Nullable SharedFiles answers;
    private final Codec.@Nullable Session codec;

    /** Held while entries are sent, so that they go out in order; taken before the link's own. */
    private final ReentrantLock flushing = new ReentrantLock();
    /** Guarded by {@code flushing}: the batch whose entries are in the book, or 0. */
    private long task;
    /** Guarded by {@code flushing}: how many bytes of the book have been sent. */
    private int flushed;
    /** Guarded by {@code flushing}. */
    private @Nullable ResultBook book;

    BatchRunner(TaskLoop loop, int longestAnswer, @Nullable SharedFiles answers, Codec.@Nullable Session codec) {
        this.codec = codec;
        this.answers = answers;
        this.loop = loop;
        this.longestAnswer = longestAnswer;
    }

    void run(Frame frame, BatchClaims claims, Decoder decoder, StartMark mark, PoolLink link) throws IOException {
        long begun = System.nanoTime();
        int element = loop.claim(claims);
        if (element == BatchClaims.NONE) {
            link.send(end(frame.id(), 0, claims.limit(), null, 0));
            return;
        }
        ResultBook into = mark.book();
        begin(frame.id(), element, into);
        JobFunction<@Nullable Object, @Nullable Object> function;
        ByteBuffer in = ByteBuffer.wrap(frame.body(), 0, frame.length()).order(ByteOrder.LITTLE_ENDIAN);
        try {
            function = function(in, decoder);
            for (int skipped = 0; skipped < element; skipped++) {
                Decoder.skipNested(in);
            }
        } catch (Throwable e) {
            loop.abandon(claims);
            forget();
            link.send(FailureCodec.encode(frame.id(), e));
            return;
        }
        loop.begins(frame.id(), link);
        var out = new Encoder(longestAnswer, null).share(answers).codec(codec);
        while (element != BatchClaims.NONE) {
            out.clear();
            run(function, element, in, decoder, claims, out);
            int next = loop.claim(claims);
            if (into.fits(out.length())) {
                into.add(out.bytes(), out.length(), next);
            } else {
                sendAndClear(out, next, link);
            }
            element = next;
        }
        flushing.lock();
        try {
            int published = into.published();
            Frame end = end(frame.id(), System.nanoTime() - begun, claims.limit(), into, published);
            forget();
            link.send(end);
        } finally {
            flushing.unlock();
        }
    }

    private void begin(long id, int element, ResultBook into) {
        flushing.lock();
        try {
            into.begin(id, element);
            book = into;
            task = id;
            flushed = 0;
        } finally {
            flushing.unlock();
        }
    }

    private void forget() {
        flushing.lock();
        try {
            task = 0;
        } finally {
            flushing.unlock();
        }
    }

    @SuppressWarnings("unchecked")
    private static JobFunction<@Nullable Object, @Nullable Object> function(ByteBuffer in, Decoder decoder) {
        Object function;
        try {
            in.position(BatchClaims.HEADER);
            function = decoder.nested(in, UserClasses.loader(), null);
        } catch (Throwable e) {
            throw new TransferException(TaskLoop.undecodable("function of the map", e), e);
        }
        if (function instanceof JobFunction<?, ?> applicable) {
            return (JobFunction<@Nullable Object, @Nullable Object>) applicable;
        }
        throw new TransferException(
                "a worker was sent a "
                        + (function == null ? "null" : function.getClass().getName()) + " to apply to inputs",
                null);
    }

    /** Runs one element and encodes its end. */
    @SuppressWarnings("NullAway") // an input may be null, and the function says whether it takes that
    private void run(
            JobFunction<@Nullable Object, @Nullable Object> function,
            int element,
            ByteBuffer in,
            Decoder decoder,
            BatchClaims claims,
            Encoder out) {
        Object result = null;
        Throwable failure = null;
        try {
            result = function.apply(input(in, decoder));
        } catch (Throwable e) {
            failure = e;
        }
        boolean told = loop.settle(claims);
        if (failure == null) {
            try {
                out.entry(element, Frame.RESULT);
                out.nested(result);
                return;
            } catch (Throwable e) {
                failure = Unsendable.result(result, e, codec);
                out.abandon();
            }
        }
        if (told && TaskLoop.isCancellation(failure)) {
            out.entry(element, Frame.CANCELLED);
        } else {
            Frame error = FailureCodec.encode(0, failure);
            out.entry(element, Frame.ERROR);
            out.raw(error.body(), error.length());
        }
    }

    /** {@return what applies the function of a batch to one of its inputs} */
    @SuppressWarnings("NullAway") // an input may be null, and the function says whether it takes that
    static Callable<?> element(ByteBuffer in, int element, Decoder decoder) throws IOException {
        JobFunction<@Nullable Object, @Nullable Object> function = function(in, decoder);
        for (int skipped = 0; skipped < element; skipped++) {
            Decoder.skipNested(in);
        }
        Object input = input(in, decoder);
        return () -> function.apply(input);
    }

    private static @Nullable Object input(ByteBuffer in, Decoder decoder) {
        try {
            return decoder.nested(in, UserClasses.loader(), null);
        } catch (Throwable e) {
            throw new TransferException(TaskLoop.undecodable("input", e), e);
        }
    }

    /** Sends what is in the book and the entry that does not fit, and begins the book again. */
    private void sendAndClear(Encoder entry, int next, PoolLink link) throws IOException {
        flushing.lock();
        try {
            sendPublished(link);
            ResultBook into = book();
            into.clearKeepingElement();
            flushed = 0;
            if (into.fits(entry.length())) {
                into.add(entry.bytes(), entry.length(), next);
            } else {
                link.send(new Frame(Frame.RESULTS, Kind.NULL, task, entry.bytes(), entry.length()));
                into.clear(next);
            }
        } finally {
            flushing.unlock();
        }
    }

    /** Sends the ends of elements that have not been sent, if there are any; the reading thread, or any other. */
    void flush(PoolLink link) throws IOException {
        flushing.lock();
        try {
            if (task != 0) {
                sendPublished(link);
            }
        } finally {
            flushing.unlock();
        }
    }

    private void sendPublished(PoolLink link) throws IOException {
        int published = book().published();
        if (published > flushed) {
            byte[] body = new byte[published - flushed];
            book().copy(flushed, body, 0, body.length);
            flushed = published;
            link.send(new Frame(Frame.RESULTS, Kind.NULL, task, body, body.length));
        }
    }

    private Frame end(long id, long nanos, int limit, @Nullable ResultBook from, int published) {
        int entries = from == null ? 0 : published - flushed;
        byte[] body = new byte[END_HEADER + entries];
        ByteBuffer.wrap(body).order(ByteOrder.LITTLE_ENDIAN).putLong(nanos).putInt(limit);
        if (from != null) {
            from.copy(flushed, body, END_HEADER, entries);
        }
        return new Frame(Frame.BATCH_END, Kind.NULL, id, body, body.length);
    }

    private ResultBook book() {
        ResultBook open = book;
        if (open == null) {
            throw new AssertionError("no batch has run");
        }
        return open;
    }
}
