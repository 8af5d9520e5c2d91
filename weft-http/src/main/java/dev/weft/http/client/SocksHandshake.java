package dev.weft.http.client;

import dev.weft.http.netty.BodyQueue;
import dev.weft.net.netty.NettyIo;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.net.SocketTimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Lets a coroutine talk to a SOCKS proxy through a new channel, before anything else goes over it. In the pipeline it
 * stands before all others, which see nothing of it, and is taken out again.
 *
 * <p>The coroutine calls {@link #ask}; Netty calls the handler methods on the I/O coroutine.
 */
final class SocksHandshake extends ChannelInboundHandlerAdapter implements Socks5.Wire {
    private final NettyIo io;
    private final Channel channel;
    private final long deadline;
    private final BodyQueue arrived;
    private @Nullable ChannelHandlerContext context;

    SocksHandshake(NettyIo io, Channel channel, long deadline) {
        this.io = io;
        this.channel = channel;
        this.deadline = deadline;
        this.arrived = new BodyQueue(BodyQueue.Gate.of(channel));
    }

    /**
     * Asks for the way to a host.
     *
     * @throws Socks5.Refused if the proxy does not open it
     * @throws SocketTimeoutException if it does not answer in time
     * @throws IOException if the connection breaks
     */
    void ask(ProxyServer proxy, String host, int port) throws IOException {
        io.eventLoop().execute(() -> {
            if (channel.isActive()) {
                channel.pipeline().addFirst(this);
            } else {
                fail();
            }
        });
        try {
            if (proxy.kind() == ProxyServer.Kind.SOCKS5) {
                Socks5.open(this, host, port, proxy.credentials());
            } else {
                Socks4a.open(this, host, port, proxy.credentials());
            }
            if (arrived.buffered() > 0) {
                throw new Socks5.Refused("sent more than it was asked for");
            }
        } finally {
            io.eventLoop().execute(() -> {
                ChannelHandlerContext added = context;
                if (added != null && !added.isRemoved()) {
                    channel.pipeline().remove(this);
                }
            });
        }
    }

    @Override
    public void send(byte[] bytes) {
        io.eventLoop().execute(() -> {
            ChannelHandlerContext added = context;
            if (added != null) {
                added.writeAndFlush(Unpooled.wrappedBuffer(bytes), added.voidPromise());
            }
        });
    }

    @Override
    public byte[] read(int count) throws IOException {
        var bytes = new byte[count];
        int done = 0;
        while (done < count) {
            int got = arrived.read(bytes, done, count - done);
            done += got;
            if (got == 0) {
                Throwable failure = arrived.failure();
                if (failure != null) {
                    throw new IOException(failure.getMessage(), failure);
                }
                if (!arrived.await(deadline)) {
                    throw new SocketTimeoutException("the proxy did not answer in time");
                }
            }
        }
        return bytes;
    }

    private void fail() {
        arrived.fail(new IOException("closed the connection"));
    }

    @Override
    public void handlerAdded(ChannelHandlerContext added) {
        context = added;
    }

    @Override
    public void channelRead(ChannelHandlerContext from, Object message) {
        try {
            if (message instanceof ByteBuf bytes) {
                arrived.offer(bytes);
            }
        } finally {
            ReferenceCountUtil.release(message);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext from) {
        fail();
        from.fireChannelInactive();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext from, Throwable cause) {
        from.close(); // reset by the proxy
    }
}
