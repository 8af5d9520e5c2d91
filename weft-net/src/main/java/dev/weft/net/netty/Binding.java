package dev.weft.net.netty;

import dev.weft.net.Transport;
import io.netty.channel.ChannelFactory;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.kqueue.KQueueDatagramChannel;
import io.netty.channel.kqueue.KQueueDomainSocketChannel;
import io.netty.channel.kqueue.KQueueIoHandler;
import io.netty.channel.kqueue.KQueueServerDomainSocketChannel;
import io.netty.channel.kqueue.KQueueServerSocketChannel;
import io.netty.channel.kqueue.KQueueSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.DuplexChannel;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.socket.nio.NioDomainSocketChannel;
import io.netty.channel.socket.nio.NioServerDomainSocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.channel.uring.IoUringDatagramChannel;
import io.netty.channel.uring.IoUringDomainSocketChannel;
import io.netty.channel.uring.IoUringIoHandler;
import io.netty.channel.uring.IoUringServerDomainSocketChannel;
import io.netty.channel.uring.IoUringServerSocketChannel;
import io.netty.channel.uring.IoUringSocketChannel;

/**
 * What Netty calls a transport.
 *
 * @param handlers make what waits for events
 * @param sockets make connections
 * @param servers make listening sockets
 * @param unixSockets make connections over Unix-domain sockets
 * @param unixServers make listening Unix-domain sockets
 * @param datagrams make sockets for UDP
 */
public record Binding(
        IoHandlerFactory handlers,
        ChannelFactory<? extends SocketChannel> sockets,
        ChannelFactory<? extends ServerSocketChannel> servers,
        ChannelFactory<? extends DuplexChannel> unixSockets,
        ChannelFactory<? extends ServerChannel> unixServers,
        ChannelFactory<? extends DatagramChannel> datagrams) {

    static Binding of(Transport transport) {
        return switch (transport) {
            case IO_URING ->
                new Binding(
                        UringHandler.wrap(IoUringIoHandler.newFactory()),
                        IoUringSocketChannel::new,
                        IoUringServerSocketChannel::new,
                        IoUringDomainSocketChannel::new,
                        IoUringServerDomainSocketChannel::new,
                        IoUringDatagramChannel::new);
            case EPOLL ->
                new Binding(
                        EpollIoHandler.newFactory(),
                        EpollSocketChannel::new,
                        EpollServerSocketChannel::new,
                        EpollDomainSocketChannel::new,
                        EpollServerDomainSocketChannel::new,
                        EpollDatagramChannel::new);
            case KQUEUE ->
                new Binding(
                        KQueueIoHandler.newFactory(),
                        KQueueSocketChannel::new,
                        KQueueServerSocketChannel::new,
                        KQueueDomainSocketChannel::new,
                        KQueueServerDomainSocketChannel::new,
                        KQueueDatagramChannel::new);
            case NIO ->
                new Binding(
                        NioIoHandler.newFactory(),
                        NioSocketChannel::new,
                        NioServerSocketChannel::new,
                        NioDomainSocketChannel::new,
                        NioServerDomainSocketChannel::new,
                        NioDatagramChannel::new);
        };
    }
}
