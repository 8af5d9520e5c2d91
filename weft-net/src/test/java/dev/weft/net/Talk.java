package dev.weft.net;

/** What both ends of a connection over TCP do. */
@FunctionalInterface
interface Talk {
    void hold(TcpStream client, TcpStream server) throws Exception;

    /** Has it held over a new connection, on a loop of a kind. */
    static void on(Platform platform, Talk talk) throws Exception {
        platform.run(() -> {
            try (var listener = TcpListener.open(0);
                    var client = TcpStream.connect("127.0.0.1", listener.port());
                    var server = listener.accept()) {
                talk.hold(client, server);
            }
        });
    }
}
