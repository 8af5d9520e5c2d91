package dev.weft.http.client;

import dev.weft.http.HttpVersion;
import dev.weft.http.client.Exchange.Unanswered;
import dev.weft.http.netty.BodyQueue;
import dev.weft.http.netty.HeadBytes;
import dev.weft.http.netty.VersionChoice;
import dev.weft.net.netty.Handover;
import dev.weft.net.netty.NettyIo;
import dev.weft.net.netty.Tcp;
import dev.weft.net.netty.UnixSockets;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One connection of a session: from the attempt to open it until its socket is closed. It speaks HTTP/1.1, one request
 * at a time, unless both sides agree on HTTP/2: then {@link #http2} has it, and each request a stream.
 *
 * <p>The coroutine whose request has the slot calls {@link #open} once and then {@link #roundTrip}; Netty calls the
 * handler methods on the I/O coroutine. When an exchange is over, the connection goes back to the pool, or is closed.
 * Bytes that arrive without an exchange were not asked for, and close the connection.
 */
final class Connection extends RoundTrip {
    private static final String PROXY_TLS = "proxy-tls";
    private static final String TLS = "tls";
    private static final String CODEC = "codec";
    private static final byte[] VERSION_LINE = " HTTP/1.1\r\n".getBytes(StandardCharsets.US_ASCII);

    private final Slot slot;
    private @Nullable Channel channel;
    private @Nullable Http2Connection http2;

    /** From where what is encoded already goes to the socket, or into TLS; I/O coroutine only. */
    private @Nullable ChannelHandlerContext toSocket;

    private boolean attached;
    private boolean used;
    private boolean closing;

    Connection(NettyIo io, ConnectionPool pool, Slot slot) {
        super(io, pool);
        this.slot = slot;
    }

    // ---- called by coroutines

    /**
     * Connects; on failure nothing is left.
     *
     * @param address where to
     * @param deadline when to give up
     * @param tls encrypts, or null
     * @throws IOException if there is no connection
     */
    void open(InetSocketAddress address, long deadline, @Nullable SslHandler tls) throws IOException {
        channel = Tcp.connect(io, address, deadline, pipeline(tls));
    }

    /** Connects to a Unix-domain socket, as {@link #open(InetSocketAddress, long, SslHandler)}. */
    void open(Path socket, long deadline, @Nullable SslHandler tls) throws IOException {
        channel = UnixSockets.connect(io, socket, deadline, pipeline(tls));
    }

    private ChannelInitializer<Channel> pipeline(@Nullable SslHandler tls) {
        return new ChannelInitializer<>() {
            @Override
            protected void initChannel(Channel opening) {
                ChannelPipeline pipeline = opening.pipeline();
                if (tls != null) {
                    pipeline.addLast(TLS, tls);
                    pipeline.addLast(new VersionChoice.ByTls(tls, () -> turnToHttp2(opening)));
                }
                io.shareSmallReads(opening);
                pipeline.addLast("arrivals", new Arrivals());
                pipeline.addLast(CODEC, codec());
                pipeline.addLast("responses", new Responses());
            }
        };
    }

    /** Speaks HTTP/2 from now on; on the I/O coroutine, before a byte has come. */
    private void turnToHttp2(Channel open) {
        open.pipeline().remove(Arrivals.class);
        open.pipeline().remove(HttpClientCodec.class);
        open.pipeline().remove(Responses.class);
        http2 = new Http2Connection(pool, slot, open);
    }

    /** Speaks HTTP/2 without having asked whether the server does. */
    void beginHttp2() {
        Channel open = requireChannel();
        var done = new Handover<Boolean>();
        io.eventLoop().execute(() -> {
            if (open.isActive()) {
                turnToHttp2(open);
            }
            done.complete(true);
        });
        done.awaitUncancellable();
    }

    /** {@return the streams, if this speaks HTTP/2} */
    @Nullable
    Http2Connection http2() {
        return http2;
    }

    /** {@return what carries the next request of whoever has a lease of the slot} */
    RoundTrip next() {
        Http2Connection streams = http2;
        return streams == null ? this : new Http2Stream(io, pool, slot, streams);
    }

    private static HttpClientCodec codec() {
        var limits = new HttpDecoderConfig()
                .setMaxInitialLineLength(Exchange.MAX_STATUS_LINE)
                .setMaxHeaderSize(Exchange.MAX_HEADER_SIZE);
        return new HttpClientCodec(limits, false, false);
    }

    /** Begins to encrypt what is said to a proxy, and all that goes through it. */
    void encryptToProxy(SslHandler tls) {
        Channel open = requireChannel();
        io.eventLoop().execute(() -> {
            if (open.isActive()) {
                open.pipeline().addFirst(PROXY_TLS, tls);
            }
        });
    }

    /** Begins to encrypt what goes through the tunnel that a proxy has opened. */
    void encrypt(SslHandler tls) {
        Channel open = requireChannel();
        io.eventLoop().execute(() -> {
            if (open.isActive()) {
                open.pipeline().replace(CODEC, CODEC, codec());
                if (open.pipeline().get(PROXY_TLS) == null) {
                    open.pipeline().addFirst(TLS, tls);
                } else {
                    open.pipeline().addAfter(PROXY_TLS, TLS, tls);
                }
                open.pipeline().addAfter(TLS, null, new VersionChoice.ByTls(tls, () -> turnToHttp2(open)));
            }
        });
    }

    /** From now on the socket's end frees the slot. */
    void attach() {
        Channel open = requireChannel();
        slot.connection = this;
        attached = true;
        open.closeFuture().addListener(done -> pool.free(slot));
    }

    Channel requireChannel() {
        Channel open = channel;
        if (open == null) {
            throw new AssertionError("the connection has not been opened");
        }
        return open;
    }

    /** {@return whether nothing is known that would keep it from being used} */
    boolean isAlive() {
        return !closing && requireChannel().isActive();
    }

    /** {@return whether it has served a request before} */
    @Override
    boolean isUsed() {
        return used;
    }

    /** Lets go of the channel, for another protocol; the slot is freed when it closes. */
    Channel takeOver() {
        Channel open = requireChannel();
        closing = true;
        io.eventLoop().execute(() -> {
            open.pipeline().remove(Arrivals.class);
            open.pipeline().remove(Responses.class);
        });
        return open;
    }

    /** Puts it back, unused. */
    void giveBack() {
        if (isAlive()) {
            pool.keep(slot);
        } else {
            closeSoon();
        }
    }

    @Override
    HttpVersion version() {
        return HttpVersion.HTTP_1_1;
    }

    @Override
    BodyQueue.Gate gate() {
        return BodyQueue.Gate.of(requireChannel());
    }

    @Override
    Channel channelFor(Exchange next) {
        return requireChannel();
    }

    @Override
    void retire(Exchange answered) {
        closing = true;
        if (answered.body().isEnded()) {
            close();
        }
    }

    /** Closes the socket, and waits until it is closed, whatever happens to the calling task. */
    @Override
    void close() {
        closing = true;
        Http2Connection streams = http2;
        if (streams != null) {
            io.eventLoop().execute(streams::abandon);
        }
        Tcp.close(io, requireChannel());
    }

    /** Begins to close the socket. */
    void closeSoon() {
        closing = true;
        Channel open = requireChannel();
        io.eventLoop().execute(open::close);
    }

    // ---- called on the I/O coroutine

    @Override
    boolean begin(Exchange next) {
        if (closing || !requireChannel().isActive()) {
            next.breakOff(new Unanswered(false, null));
            return false;
        }
        exchange = next;
        next.wroteFirst();
        return true;
    }

    @Override
    void write(HttpObject part) {
        Channel open = requireChannel();
        open.writeAndFlush(part, open.voidPromise()); // a failure arrives as exceptionCaught
    }

    /**
     * In one buffer, and without the objects of Netty's encoder. The codec has to see only those requests whose
     * responses have no body, or it would wait for one.
     */
    @Override
    void writeWhole(Outgoing outgoing, byte[] body) {
        String method = outgoing.request().method();
        ChannelHandlerContext context = toSocket;
        if (context == null || method.equals("HEAD") || method.equals("CONNECT")) {
            super.writeWhole(outgoing, body);
            return;
        }
        HeadBytes head = pool.head();
        head.clear();
        head.add(method);
        head.add(" ");
        head.add(outgoing.uri());
        head.add(VERSION_LINE);
        for (Map.Entry<String, String> field : outgoing.fields()) {
            head.field(field.getKey(), field.getValue());
        }
        head.endLine();
        context.writeAndFlush(
                head.with(body, io), requireChannel().voidPromise()); // a failure arrives as exceptionCaught
    }

    @Override
    public void over(Exchange ended, boolean reusable) {
        if (exchange != ended) {
            return; // it never began here
        }
        exchange = null;
        if (!attached) {
            return; // a proxy has answered: the coroutine goes on with what it said
        }
        Channel open = requireChannel();
        if (reusable && !closing && open.isActive()) {
            used = true;
            pool.keep(slot);
        } else {
            closing = true;
            open.close();
        }
    }

    /** Sees bytes before the codec does. */
    private final class Arrivals extends ChannelInboundHandlerAdapter {
        @Override
        public void handlerAdded(ChannelHandlerContext context) {
            toSocket = context;
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object bytes) {
            Exchange waiting = exchange;
            if (waiting == null) {
                closing = true;
                ReferenceCountUtil.release(bytes);
                context.close();
                return;
            }
            waiting.arrived(io.loop().now());
            context.fireChannelRead(bytes);
        }
    }

    /** Hands the parts of a response to the exchange. */
    private final class Responses extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            try {
                Exchange waiting = exchange;
                if (waiting == null) {
                    closing = true;
                    context.close();
                } else if (message instanceof HttpObject part) {
                    waiting.receive(part);
                }
            } finally {
                ReferenceCountUtil.release(message);
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            lost(context, null);
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            lost(context, cause);
        }

        private void lost(ChannelHandlerContext context, @Nullable Throwable cause) {
            closing = true;
            Exchange waiting = exchange;
            if (waiting != null) {
                waiting.lost(cause);
            }
            context.close();
        }
    }
}
