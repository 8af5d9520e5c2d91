package dev.weft.http.client;

/** What connections are kept by: where they lead and whether they are encrypted. */
record Origin(boolean tls, String host, int port) {
    @Override
    public String toString() {
        return host + ":" + port;
    }
}
