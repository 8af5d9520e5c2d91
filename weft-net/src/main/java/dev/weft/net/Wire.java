package dev.weft.net;

import dev.weft.net.netty.NettyIo;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketException;
import org.jspecify.annotations.Nullable;

/**
 * The end of a channel's pipeline: it moves bytes between Netty's buffers, which never leave the I/O coroutine, and the
 * two halves of a stream.
 *
 * <p>The handler methods, {@code pause}, {@code send} and {@code reset} run on the I/O coroutine, {@code resume} and
 * {@code wanted} on that of whoever reads or writes. All are of one loop, so that they never run at the same time.
 */
final class Wire extends ChannelInboundHandlerAdapter implements Input.Source, Output.Sink {
    /** The name of this handler in a pipeline; what encrypts goes before it. */
    static final String NAME = "weft-wire";

    final Input input = new Input(this, true);
    final Output output = new Output(this, true);
    private final NettyIo io;
    private final Runnable send = this::send;
    private @Nullable Channel channel;
    private String label = "the stream";
    private @Nullable Throwable failure;
    private boolean secured;

    Wire(NettyIo io) {
        this.io = io;
    }

    void name(String text) {
        label = text;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        Channel own = context.channel();
        channel = own;
        io.shareReads(own, () -> !secured);
    }

    private Channel channel() {
        Channel open = channel;
        if (open == null) {
            throw new AssertionError("no channel yet");
        }
        return open;
    }

    // ---- TLS

    /**
     * Begins TLS below this stream and above what encrypts already; on the I/O coroutine. What has arrived and has not
     * been read belongs to the handshake.
     */
    void encrypt(SslHandler tls) {
        Channel open = channel();
        open.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, false);
        secured = true;
        ChannelHandlerContext own = open.pipeline().context(this);
        byte[] early = input.takeAll();
        open.pipeline().addBefore(own.name(), null, tls);
        if (input.isEnded()) {
            open.close(); // one direction has ended already, and nobody would notice any more
        } else if (early.length > 0) {
            ChannelHandlerContext context = open.pipeline().context(tls);
            try {
                tls.channelRead(context, open.alloc().directBuffer(early.length).writeBytes(early));
                tls.channelReadComplete(context);
            } catch (Exception e) {
                open.pipeline().fireExceptionCaught(e);
            }
        }
    }

    // ---- receiving

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        try {
            if (message instanceof ByteBuf bytes) {
                input.add(bytes);
            }
        } finally {
            ReferenceCountUtil.release(message);
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event == ChannelInputShutdownEvent.INSTANCE
                || (event instanceof SslCloseCompletionEvent end && end.isSuccess())) {
            input.end();
        }
        ReferenceCountUtil.release(event);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        fail(cause);
        context.close();
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        if (secured) {
            input.endBadly(new EOFException(
                    "the connection ended without TLS's close_notify: whoever is between may have cut it off"));
        } else {
            input.end();
        }
        output.fail(failure == null ? new SocketException("the connection has ended") : failure);
    }

    /** Both halves are over; the first cause counts. */
    void fail(Throwable cause) {
        if (failure == null) {
            failure = cause;
        }
        input.fail(cause);
        output.fail(cause);
    }

    @Nullable
    Throwable failure() {
        return failure;
    }

    @Override
    public void pause() {
        channel().config().setAutoRead(false);
    }

    @Override
    public void resume() {
        Channel open = channel();
        open.eventLoop().execute(() -> open.config().setAutoRead(true));
    }

    // ---- sending

    @Override
    public void wanted() {
        io.soon(send);
    }

    private void send() {
        int count = output.stagedBytes();
        if (count == 0) {
            output.fetched();
            return;
        }
        Channel open = channel();
        ByteBuf bytes =
                isSentAtOnce(count) ? io.sending().borrow() : open.alloc().directBuffer(count);
        bytes.writeBytes(output.staged(), 0, count);
        output.fetched();
        watch(open.writeAndFlush(bytes), count);
    }

    /** Whether nothing stands before so few bytes, and most probably the system takes them now. */
    private boolean isSentAtOnce(int count) {
        return io.returnsBuffers() && !secured && count <= io.sending().size() && output.unsent() == count;
    }

    /** Has the end of a write counted. */
    void watch(ChannelFuture writing, long count) {
        if (writing.isDone()) {
            written(writing, count);
        } else {
            writing.addListener(done -> written(writing, count));
        }
    }

    private void written(ChannelFuture writing, long count) {
        Throwable problem = writing.cause();
        if (problem == null) {
            output.sent(count);
        } else {
            failWrite(problem);
        }
    }

    /** What is left to read may still be read: a peer that has closed may have answered before. */
    private void failWrite(Throwable problem) {
        if (failure == null) {
            failure = problem;
        }
        output.fail(problem);
    }

    /**
     * Has the end of the channel be a reset, which drops what the system still holds, and keeps TLS from saying
     * good-bye.
     */
    void reset() {
        Channel open = channel();
        if (open.isActive()) {
            try {
                open.config().setOption(ChannelOption.SO_LINGER, 0);
            } catch (RuntimeException _) {
                // Unix-domain sockets do not know it, and the peer may just have closed.
            }
            ChannelHandlerContext first = open.pipeline().firstContext();
            if (first != null) {
                first.close();
            }
        }
    }

    @Override
    public IOException problem(Throwable cause) {
        if (cause instanceof ClosedHere) {
            return Input.closed(label);
        }
        var broken = new SocketException(label + " is broken: " + reason(cause));
        broken.initCause(cause);
        return broken;
    }

    static String reason(Throwable cause) {
        String message = cause.getMessage();
        return message == null ? cause.getClass().getSimpleName() : message;
    }
}
