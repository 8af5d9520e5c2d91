package dev.weft.net.netty;

import dev.weft.net.Transport;
import io.netty.channel.ChannelFactory;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.kqueue.KQueueIoHandler;
import io.netty.channel.kqueue.KQueueServerSocketChannel;
import io.netty.channel.kqueue.KQueueSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.channel.uring.IoUringIoHandler;
import io.netty.channel.uring.IoUringServerSocketChannel;
import io.netty.channel.uring.IoUringSocketChannel;

/**
 * What Netty calls a transport.
 *
 * @param handlers make what waits for events
 * @param sockets make connections
 * @param servers make listening sockets
 */
record Binding(
        IoHandlerFactory handlers,
        ChannelFactory<? extends SocketChannel> sockets,
        ChannelFactory<? extends ServerSocketChannel> servers) {

    static Binding of(Transport transport) {
        return switch (transport) {
            case IO_URING ->
                new Binding(IoUringIoHandler.newFactory(), IoUringSocketChannel::new, IoUringServerSocketChannel::new);
            case EPOLL ->
                new Binding(EpollIoHandler.newFactory(), EpollSocketChannel::new, EpollServerSocketChannel::new);
            case KQUEUE ->
                new Binding(KQueueIoHandler.newFactory(), KQueueSocketChannel::new, KQueueServerSocketChannel::new);
            case NIO -> new Binding(NioIoHandler.newFactory(), NioSocketChannel::new, NioServerSocketChannel::new);
        };
    }
}
