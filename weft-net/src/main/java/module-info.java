/** Non-blocking sockets whose callbacks and coroutines live on one event loop. */
@SuppressWarnings("module") // The modules that Netty's side is exported to are built after this one.
module dev.weft.net {
    requires static org.jspecify;
    requires transitive dev.weft.core;
    requires io.netty.buffer;
    requires io.netty.common;
    requires io.netty.handler;
    requires io.netty.transport;
    requires io.netty.transport.classes.epoll;
    requires io.netty.transport.classes.io_uring;
    requires io.netty.transport.classes.kqueue;
    requires io.netty.transport.unix.common;

    exports dev.weft.net;
    exports dev.weft.net.netty to
            dev.weft.http;
}
