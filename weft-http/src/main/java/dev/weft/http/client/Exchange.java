package dev.weft.http.client;

import dev.weft.http.client.RequestException.Kind;
import dev.weft.http.netty.BodyQueue;
import dev.weft.net.netty.Handover;
import io.netty.handler.codec.PrematureChannelClosureException;
import io.netty.handler.codec.TooLongFrameException;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.LastHttpContent;
import org.jspecify.annotations.Nullable;

/**
 * One request and its response on one channel.
 *
 * <pre>
 *   the request:   WRITING ──last byte written──► SENT
 *   the response:  NOTHING ──bytes──► ANSWERED ──header──► BODY ──last byte──► COMPLETE
 * </pre>
 *
 * <p>It is over when both are at their end, which lets the channel go for the next exchange, or when the channel
 * breaks, or the coroutine gives up. Loop thread only: the channel's handler calls the methods of the first part on the
 * I/O coroutine, the coroutine whose request it is those of the second.
 */
final class Exchange {
    static final int MAX_STATUS_LINE = 8 * 1024;
    static final int MAX_HEADER_SIZE = 64 * 1024;

    /** Who has the channel; told on the I/O coroutine. */
    interface Owner {
        /**
         * The exchange is over.
         *
         * @param reusable whether the channel can serve another one
         */
        void over(Exchange exchange, boolean reusable);
    }

    private final Owner owner;
    private final Handover<HttpResponse> head = new Handover<>();

    /** Ends when the server wants the body, or has answered without; null if it is not asked. */
    private final @Nullable Handover<Boolean> leave;

    private final BodyQueue body;
    private long lastProgress;
    private boolean writing;
    private boolean sent;
    private boolean answered;
    private boolean interim;
    private boolean complete;
    private boolean over;
    private @Nullable HttpResponse response;

    /**
     * @param asksLeave whether the body is only sent when the server wants it
     */
    Exchange(Owner owner, BodyQueue.Gate gate, long now, boolean asksLeave) {
        this.owner = owner;
        this.leave = asksLeave ? new Handover<>() : null;
        this.body = new BodyQueue(gate);
        this.lastProgress = now;
    }

    /** Why an exchange has failed. */
    @SuppressWarnings("serial")
    static class Broken extends Exception {
        private final transient Kind kind;

        Broken(Kind kind, String what, @Nullable Throwable cause) {
            super(what, cause, false, false);
            this.kind = kind;
        }

        RequestException in(Call call) {
            return call.failed(kind, String.valueOf(getMessage()), getCause());
        }
    }

    /**
     * The connection was closed before a byte of the response came: on one that was kept alive, the request may never
     * have been seen.
     */
    @SuppressWarnings("serial")
    static final class Unanswered extends Broken {
        private final boolean written;
        private final boolean refused;

        Unanswered(boolean written, @Nullable Throwable cause) {
            this("the server closed the connection without a response", written, false, cause);
        }

        private Unanswered(String what, boolean written, boolean refused, @Nullable Throwable cause) {
            super(RequestException.Disconnected::new, what + (cause == null ? "" : ": " + cause.getMessage()), cause);
            this.written = written;
            this.refused = refused;
        }

        /** {@return that the server has done nothing with the request, as it says itself, whatever was sent of it} */
        static Unanswered refused(String what, @Nullable Throwable cause) {
            return new Unanswered(what, true, true, cause);
        }

        /** {@return whether the server has certainly done nothing with the request} */
        boolean isRefused() {
            return refused;
        }

        /** {@return whether the server may have got part of the request} */
        boolean written() {
            return written;
        }
    }

    // ---- the handler's side

    /** Bytes arrived; what the codec holds back until a header is complete counts as a sign of life, too. */
    void arrived(long now) {
        answered = true;
        lastProgress = now;
    }

    void wroteFirst() {
        writing = true;
    }

    void wroteLast() {
        sent = true;
        if (complete) {
            finish(true);
        }
    }

    void receive(HttpObject part) {
        if (part.decoderResult().isFailure()) {
            breakOff(malformed(part.decoderResult().cause()));
            return;
        }
        if (part instanceof HttpResponse message) {
            begin(message);
        }
        if (part instanceof HttpContent content && !over) {
            if (interim) {
                interim = !(content instanceof LastHttpContent);
                return;
            }
            body.offer(content.content());
            if (content instanceof LastHttpContent) {
                complete = true;
                body.end();
                if (sent) {
                    finish(true);
                }
            }
        }
    }

    private void begin(HttpResponse message) {
        HttpResponseStatus status = message.status();
        if (status.codeClass() == HttpStatusClass.INFORMATIONAL) {
            if (status.code() == HttpResponseStatus.SWITCHING_PROTOCOLS.code()) {
                breakOff(new Broken(
                        RequestException.Malformed::new,
                        "the server switched to another protocol, which was not asked for",
                        null));
                return;
            }
            if (status.code() == HttpResponseStatus.CONTINUE.code()) {
                decideLeave(true);
            }
            interim = true;
            return;
        }
        response = message;
        decideLeave(false);
        head.complete(message);
    }

    private void decideLeave(boolean given) {
        Handover<Boolean> asked = leave;
        if (asked != null) {
            asked.complete(given);
        }
    }

    /** The channel is gone. */
    void lost(@Nullable Throwable cause) {
        if (over) {
            return;
        }
        if (!answered) {
            breakOff(new Unanswered(writing, cause));
            return;
        }
        String how = cause == null ? "closed" : "broke (" + cause.getMessage() + ")";
        HttpResponse message = response;
        if (message == null) {
            breakOff(new Broken(
                    RequestException.Disconnected::new,
                    "the connection " + how + " in the middle of the header",
                    cause));
        } else if (complete) {
            finish(false);
        } else {
            long announced = HttpUtil.getContentLength(message, -1L);
            String expected = announced >= 0 ? " of " + announced + " bytes" : " bytes, before the last chunk";
            breakOff(new Broken(
                    RequestException.Incomplete::new,
                    "the connection " + how + " in the middle of the body: " + body.received() + expected + " arrived",
                    cause));
        }
    }

    /** The server has given up the stream, with a code. */
    void gaveUp(String code) {
        if (over) {
            return;
        }
        if (complete) {
            finish(false);
        } else {
            breakOff(new Broken(
                    response == null ? RequestException.Disconnected::new : RequestException.Incomplete::new,
                    "the server gave the stream up with " + code
                            + (response == null
                                    ? " before it answered"
                                    : " in the middle of the body: " + body.received() + " bytes arrived"),
                    null));
        }
    }

    void breakOff(Broken why) {
        if (!over) {
            head.fail(why);
            decideLeave(false);
            body.fail(why);
            finish(false);
        }
    }

    private void finish(boolean wholly) {
        if (!over) {
            over = true;
            HttpResponse message = response;
            owner.over(this, wholly && message != null && HttpUtil.isKeepAlive(message));
        }
    }

    private static Broken malformed(Throwable cause) {
        if (cause instanceof PrematureChannelClosureException) {
            return new Broken(
                    RequestException.Disconnected::new, "the connection closed in the middle of the header", cause);
        }
        if (cause instanceof TooLongFrameException) {
            return new Broken(
                    RequestException.TooLarge::new,
                    "the header of the response is larger than " + MAX_HEADER_SIZE + " bytes, or its first line than "
                            + MAX_STATUS_LINE,
                    cause);
        }
        return new Broken(
                RequestException.Malformed::new, "the response is not well-formed HTTP: " + cause.getMessage(), cause);
    }

    // ---- the coroutine's side

    Handover<HttpResponse> head() {
        return head;
    }

    /**
     * Waits until the server wants the body, or has answered without; not at all if it is not asked.
     *
     * @param deadline when to stop waiting, by the loop's clock
     */
    void awaitLeave(long deadline) {
        Handover<Boolean> asked = leave;
        if (asked != null) {
            asked.await(deadline);
        }
    }

    BodyQueue body() {
        return body;
    }

    long lastProgress() {
        return lastProgress;
    }

    void progressed(long now) {
        lastProgress = now;
    }

    /** {@return whether the whole request has been handed to the system} */
    boolean isSent() {
        return sent;
    }

    /** {@return whether the server has begun to answer} */
    boolean isAnswered() {
        return answered;
    }

    /** {@return whether there is no more to do on the channel} */
    boolean isOver() {
        return over;
    }

    /**
     * {@return whether the rest of the request is not wanted: it has been answered in full, or refused, or the channel
     * has broken}
     */
    boolean wantsNoMore() {
        HttpResponse message = response;
        return over || complete || (message != null && message.status().code() >= 300);
    }
}
