package dev.weft.http;

/** A version of the protocol. */
public enum HttpVersion {
    /** HTTP/1.0, which only old peers speak. */
    HTTP_1_0("HTTP/1.0"),

    /** HTTP/1.1: one request after the other on each connection. */
    HTTP_1_1("HTTP/1.1"),

    /** HTTP/2: many requests at once on one connection. */
    HTTP_2("HTTP/2");

    private final String text;

    HttpVersion(String text) {
        this.text = text;
    }

    /** {@return how the version is written, {@code HTTP/2} for example} */
    @Override
    public String toString() {
        return text;
    }
}
