package dev.weft.http.netty;

import dev.weft.http.ws.WebSocket;
import dev.weft.http.ws.WebSocketException;
import dev.weft.http.ws.WebSocketMessage;
import dev.weft.http.ws.WebSocketOptions;
import dev.weft.loop.kernel.Callback;
import dev.weft.net.netty.Handover;
import dev.weft.net.netty.NettyIo;
import dev.weft.net.netty.Tcp;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.TooLongFrameException;
import io.netty.handler.codec.compression.DecompressionException;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CorruptedWebSocketFrameException;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.Utf8FrameValidator;
import io.netty.handler.codec.http.websocketx.WebSocketDecoderConfig;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketFrameAggregator;
import io.netty.handler.codec.http.websocketx.extensions.WebSocketExtension;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * A websocket on a channel, once both sides have agreed on it. Loop thread only.
 *
 * <pre>
 *   OPEN ──close sent──► CLOSING ──close received──► CLOSED
 *     └──close received, answered────────────────────►┘     and from anywhere, when the connection ends
 * </pre>
 *
 * <p>What the other side can make this one keep is bounded. While many messages wait to be received, the socket is not
 * read; and once they have as many bytes as one message may have, what has been read already stays compressed
 * ({@link Held}). Of pings that come while it takes nothing, the last one is answered.
 */
public final class WebSocketChannel implements WebSocket {
    private static final int MOST_WAITING = 16;
    private static final long FOREVER_NANOS = Duration.ofDays(36_500).toNanos();
    /**
     * In how many turns a sign of life is waited for; to ask and be answered takes three passes of a loop that serves
     * both sides.
     */
    private static final int PULSES = 5;

    private static final int NO_CODE = 1005;
    private static final int PROTOCOL_ERROR = 1002;
    private static final int BAD_DATA = 1007;
    private static final int TOO_BIG = 1009;
    private static final int INTERNAL_ERROR = 1011;
    private static final int LONGEST_REASON = 123;

    private enum State {
        OPEN,
        CLOSING,
        CLOSED
    }

    private final NettyIo io;
    private final Channel channel;
    private final WebSocketOptions options;
    private final ArrayDeque<WebSocketMessage> waiting = new ArrayDeque<>();
    private State state = State.OPEN;
    private @Nullable String protocol;
    private int closeCode;
    private String closeReason = "";
    private int sentCode;
    private @Nullable Handover<Boolean> receiver;
    private @Nullable Handover<Boolean> closer;
    private @Nullable Callback heartbeat;
    private long lastArrival;
    private boolean asked;
    private int pulses;
    private long waitingBytes;

    /** Whether the socket is left unread. */
    private boolean paused;

    private final Held held = new Held();

    /** What a ping said that has to be answered when the other side takes something again, or null. */
    private byte @Nullable [] unanswered;

    /**
     * Makes a websocket whose channel does not speak it yet.
     *
     * @param io the loop's I/O
     * @param channel the channel
     * @param options how it behaves
     */
    public WebSocketChannel(NettyIo io, Channel channel, WebSocketOptions options) {
        this.io = io;
        this.channel = channel;
        this.options = options;
    }

    /**
     * {@return what Netty's decoder has to know}
     *
     * @param options how the websocket behaves
     * @param fromClient whether it decodes what clients send, who mask it
     */
    public static WebSocketDecoderConfig decoding(WebSocketOptions options, boolean fromClient) {
        return WebSocketDecoderConfig.newBuilder()
                .maxFramePayloadLength(options.maxMessageSize())
                .expectMaskedFrames(fromClient)
                .allowMaskMismatch(false)
                .allowExtensions(options.compression())
                .closeOnProtocolViolation(false)
                .withUTF8Validator(false)
                .build();
    }

    /**
     * Takes the end of the pipeline, before the handshake is complete; on the I/O coroutine.
     *
     * @param extension compresses, or null
     */
    public void install(@Nullable WebSocketExtension extension) {
        ChannelPipeline pipeline = channel.pipeline();
        pipeline.addLast(held);
        if (extension != null) {
            pipeline.addLast(extension.newExtensionDecoder(), extension.newExtensionEncoder());
        }
        pipeline.addLast(
                new Utf8FrameValidator(false), new WebSocketFrameAggregator(options.maxMessageSize()), new Frames());
    }

    /**
     * Begins; on the I/O coroutine, when the handshake is complete.
     *
     * @param agreed the sub-protocol, or null
     */
    public void begin(@Nullable String agreed) {
        protocol = agreed;
        lastArrival = io.loop().now();
        listenForHeart();
    }

    // ---- what tasks call

    @Override
    public @Nullable WebSocketMessage receive() {
        while (true) {
            WebSocketMessage next = waiting.poll();
            if (next != null) {
                waitingBytes -= size(next);
                if (paused && waiting.size() < MOST_WAITING / 2 && waitingBytes <= options.maxMessageSize() / 2) {
                    io.eventLoop().execute(this::goOn);
                }
                return next;
            }
            if (state == State.CLOSED) {
                return null;
            }
            if (receiver != null) {
                throw new IllegalStateException("another task is receiving from this websocket; one at a time may");
            }
            var arrival = new Handover<Boolean>();
            receiver = arrival;
            try {
                arrival.await(io.loop().now() + FOREVER_NANOS);
            } finally {
                receiver = null;
            }
        }
    }

    @Override
    public void send(String text) {
        send(new TextWebSocketFrame(Unpooled.wrappedBuffer(text.getBytes(StandardCharsets.UTF_8))));
    }

    @Override
    public void send(byte[] bytes) {
        send(new BinaryWebSocketFrame(Unpooled.wrappedBuffer(bytes)));
    }

    private void send(WebSocketFrame frame) {
        if (state != State.OPEN) {
            throw new WebSocketException("the websocket is closed, " + why() + "; nothing can be sent any more", null);
        }
        var done = new Handover<Boolean>();
        io.eventLoop()
                .execute(() -> channel.writeAndFlush(frame).addListener(sent -> {
                    Throwable cause = sent.cause();
                    if (cause == null) {
                        done.complete(true);
                    } else {
                        done.fail(cause);
                    }
                }));
        if (!done.await(io.loop().now() + options.timeout().toNanos())) {
            Tcp.close(io, channel);
            throw new WebSocketException(
                    "the other side took nothing for " + options.timeout().toMillis()
                            + " ms; the websocket has been closed",
                    null);
        }
        Throwable failure = done.failure();
        if (failure != null) {
            throw new WebSocketException("the message could not be sent: " + failure.getMessage(), failure);
        }
    }

    private String why() {
        int code = closeCode();
        return code == ABNORMAL
                ? "since the connection broke"
                : "with code " + code + (closeReason.isEmpty() ? "" : " and reason '" + closeReason + "'");
    }

    @Override
    public void close(int code, String reason) {
        if (code != NORMAL && code != GOING_AWAY && (code < 3000 || code > 4999)) {
            throw new IllegalArgumentException(
                    "a websocket is closed with code 1000, 1001 or one from 3000 to 4999, and not with " + code);
        }
        if (reason.getBytes(StandardCharsets.UTF_8).length > LONGEST_REASON) {
            throw new IllegalArgumentException("the reason of a close has at most " + LONGEST_REASON + " bytes");
        }
        if (state == State.CLOSED) {
            Tcp.close(io, channel);
            return;
        }
        var done = new Handover<Boolean>();
        Handover<Boolean> other = closer;
        closer = done;
        try {
            io.eventLoop().execute(() -> sayGoodbye(code, reason));
            done.await(io.loop().now() + options.timeout().toNanos());
        } finally {
            closer = null;
            Tcp.close(io, channel);
            if (other != null) {
                other.complete(true);
            }
        }
    }

    /** Says goodbye without waiting; on the I/O coroutine. */
    public void goAway() {
        sayGoodbye(GOING_AWAY, "the server is closing");
    }

    /** Says that this side has failed, and closes; on the I/O coroutine. */
    public void fail() {
        if (state == State.OPEN) {
            failed(INTERNAL_ERROR, "the server failed");
        }
    }

    @Override
    public boolean isOpen() {
        return state == State.OPEN;
    }

    @Override
    public int closeCode() {
        return closeCode != 0 ? closeCode : state == State.CLOSED ? ABNORMAL : sentCode;
    }

    @Override
    public String closeReason() {
        return closeReason;
    }

    @Override
    public @Nullable String protocol() {
        return protocol;
    }

    private static long size(WebSocketMessage message) {
        return switch (message) {
            case WebSocketMessage.Text text -> text.text().length();
            case WebSocketMessage.Binary binary -> binary.bytes().length;
        };
    }

    // ---- on the I/O coroutine

    private boolean isFull() {
        return waitingBytes > options.maxMessageSize() && state == State.OPEN;
    }

    /** Takes in what has been held back, and then reads the socket again, unless that was too much. */
    private void goOn() {
        paused = false;
        held.letGo();
        if (!paused) {
            channel.config().setAutoRead(true);
        }
    }

    private void pause() {
        if (!paused) {
            paused = true;
            channel.config().setAutoRead(false);
        }
    }

    /**
     * Keeps frames as they came, compressed, while those before them wait to be received: one read of the socket may
     * bring a thousand times its size.
     */
    private final class Held extends ChannelInboundHandlerAdapter {
        private final ArrayDeque<Object> frames = new ArrayDeque<>(0);
        private @Nullable ChannelHandlerContext context;

        @Override
        public void handlerAdded(ChannelHandlerContext added) {
            context = added;
        }

        @Override
        public void channelRead(ChannelHandlerContext from, Object frame) {
            if (isFull() || !frames.isEmpty()) {
                frames.add(frame);
            } else {
                from.fireChannelRead(frame);
            }
        }

        void letGo() {
            ChannelHandlerContext to = context;
            while (to != null && !isFull() && !frames.isEmpty()) {
                to.fireChannelRead(frames.poll());
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext from) {
            letGo();
            from.fireChannelInactive();
        }

        @Override
        public void handlerRemoved(ChannelHandlerContext from) {
            frames.forEach(ReferenceCountUtil::release);
            frames.clear();
        }
    }

    private void sayGoodbye(int code, String reason) {
        if (state == State.OPEN) {
            state = State.CLOSING;
            sentCode = code;
            goOn(); // the answer may be behind messages that nobody receives
            channel.writeAndFlush(new CloseWebSocketFrame(code, reason), channel.voidPromise());
        }
    }

    private void ended() {
        state = State.CLOSED;
        if (heartbeat != null) {
            heartbeat.cancel();
        }
        Handover<Boolean> receiving = receiver;
        if (receiving != null) {
            receiving.complete(true);
        }
        Handover<Boolean> closing = closer;
        if (closing != null) {
            closing.complete(true);
        }
    }

    private void failed(int code, String reason) {
        closeCode = code;
        closeReason = reason;
        if (state == State.OPEN) {
            channel.writeAndFlush(new CloseWebSocketFrame(code, reason)).addListener(sent -> channel.close());
        } else {
            channel.close();
        }
        ended();
    }

    private void listenForHeart() {
        if (options.heartbeat() == null || state == State.CLOSED) {
            return;
        }
        long interval = options.heartbeat().toNanos();
        long due = asked
                ? interval / 2 / PULSES
                : lastArrival + interval - io.loop().now();
        heartbeat = io.loop().callLater(Math.max(1, due), () -> io.eventLoop().execute(this::feelPulse));
    }

    /**
     * Asks for a sign of life, and waits for it in several turns, between which the loop reads what has come. So a loop
     * that was held up for longer than the other side has to answer takes nobody for dead.
     */
    private void feelPulse() {
        if (state == State.CLOSED || options.heartbeat() == null) {
            return;
        }
        long quiet = io.loop().now() - lastArrival;
        if (asked && --pulses == 0) {
            closeCode = ABNORMAL;
            closeReason = "no sign of life for " + quiet / 1_000_000 + " ms";
            ended();
            channel.close();
            return;
        }
        if (!asked && quiet >= options.heartbeat().toNanos()) {
            asked = true;
            pulses = PULSES;
            channel.writeAndFlush(new PingWebSocketFrame(), channel.voidPromise());
        }
        listenForHeart();
    }

    /** Takes frames in. */
    private final class Frames extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            try {
                lastArrival = io.loop().now();
                asked = false;
                if (message instanceof WebSocketFrame frame && state != State.CLOSED) {
                    receive(frame);
                }
            } finally {
                ReferenceCountUtil.release(message);
            }
        }

        private void receive(WebSocketFrame frame) {
            switch (frame) {
                case TextWebSocketFrame text -> arrived(new WebSocketMessage.Text(text.text()));
                case BinaryWebSocketFrame binary -> arrived(new WebSocketMessage.Binary(bytes(binary.content())));
                case PingWebSocketFrame ping -> {
                    if (state == State.OPEN) {
                        unanswered = bytes(ping.content());
                        answerPing();
                    }
                }
                case CloseWebSocketFrame close -> closed(close);
                default -> {
                    // a pong, which has been noted
                }
            }
        }

        private void answerPing() {
            byte[] said = unanswered;
            if (said != null && channel.isWritable() && state == State.OPEN) {
                unanswered = null;
                channel.writeAndFlush(new PongWebSocketFrame(Unpooled.wrappedBuffer(said)), channel.voidPromise());
            }
        }

        @Override
        public void channelWritabilityChanged(ChannelHandlerContext context) {
            answerPing();
            context.fireChannelWritabilityChanged();
        }

        private static byte[] bytes(ByteBuf content) {
            return ByteBufUtil.getBytes(content);
        }

        private void arrived(WebSocketMessage message) {
            if (state == State.CLOSING) {
                return; // this side has said goodbye
            }
            waiting.add(message);
            waitingBytes += size(message);
            if (waiting.size() >= MOST_WAITING || isFull()) {
                pause();
            }
            Handover<Boolean> receiving = receiver;
            if (receiving != null) {
                receiving.complete(true);
            }
        }

        private void closed(CloseWebSocketFrame close) {
            closeCode = close.statusCode() < 0 ? NO_CODE : close.statusCode();
            closeReason = close.reasonText();
            if (state == State.OPEN) {
                channel.writeAndFlush(close.retain()).addListener(sent -> channel.close());
            } else {
                channel.close();
            }
            ended();
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            ended();
            context.fireChannelInactive();
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            if (state == State.CLOSED) {
                channel.close();
            } else if (isTooBig(cause)) {
                failed(TOO_BIG, "a message may have " + options.maxMessageSize() + " bytes");
            } else if (cause instanceof CorruptedWebSocketFrameException corrupted) {
                int code = corrupted.closeStatus().code();
                failed(code, code == BAD_DATA ? "text must be UTF-8" : "that breaks the protocol");
            } else if (cause instanceof IOException) {
                ended();
                channel.close();
            } else {
                failed(PROTOCOL_ERROR, "that breaks the protocol");
            }
        }

        private static boolean isTooBig(Throwable failure) {
            for (Throwable at = failure; at != null; at = at.getCause()) {
                if (at instanceof TooLongFrameException
                        || (at instanceof DecompressionException
                                && String.valueOf(at.getMessage()).contains("maximum"))
                        || (at instanceof CorruptedWebSocketFrameException corrupted
                                && corrupted.closeStatus().code() == TOO_BIG)) {
                    return true;
                }
            }
            return false;
        }
    }

    @Override
    public String toString() {
        return "WebSocket[" + channel.remoteAddress() + ", " + state + "]";
    }
}
