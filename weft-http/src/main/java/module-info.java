/** HTTP client and server on the event loop. */
module dev.weft.http {
    requires static com.aayushatharva.brotli4j; // where the user has added it
    requires static com.github.luben.zstd_jni; // likewise
    requires static org.jspecify;
    requires static tools.jackson.core;
    requires static transitive tools.jackson.databind;
    requires transitive dev.weft.net;
    requires io.netty.buffer;
    requires io.netty.codec;
    requires io.netty.codec.compression;
    requires io.netty.codec.http;
    requires io.netty.codec.http2;
    requires io.netty.common;
    requires io.netty.handler;
    requires io.netty.transport;

    exports dev.weft.http;
    exports dev.weft.http.client;
    exports dev.weft.http.jackson;
    exports dev.weft.http.server;
    exports dev.weft.http.testing;
    exports dev.weft.http.ws;
}
