package dev.weft.http.server;

/**
 * What a client may send in a multipart body, beside the limit of the body as a whole, which is that of the server or
 * of the route. Immutable.
 *
 * @param maxParts how many parts there may be, at least 1
 * @param maxHeaderSize how many bytes the header of one part may have, at least 1
 * @param maxPartSize how many bytes the content of one part may have, not negative
 * @param maxInMemory how many bytes {@link Part#bytes} and {@link Part#text} take at most, not negative
 */
public record MultipartLimits(int maxParts, int maxHeaderSize, long maxPartSize, int maxInMemory) {
    /** 100 parts, headers of 8 KiB, parts as long as the body may be, 256 KiB of one in memory. */
    public static final MultipartLimits DEFAULT = new MultipartLimits(100, 8 * 1024, Long.MAX_VALUE, 256 * 1024);

    /** Checks the ranges. */
    public MultipartLimits {
        require(maxParts >= 1, "maxParts", maxParts);
        require(maxHeaderSize >= 1, "maxHeaderSize", maxHeaderSize);
        require(maxPartSize >= 0, "maxPartSize", maxPartSize);
        require(maxInMemory >= 0, "maxInMemory", maxInMemory);
    }

    private static void require(boolean fits, String what, long value) {
        if (!fits) {
            throw new IllegalArgumentException(what + " is too small: " + value);
        }
    }

    /**
     * {@return these limits with another one}
     *
     * @param parts how many parts there may be, at least 1
     */
    public MultipartLimits maxParts(int parts) {
        return new MultipartLimits(parts, maxHeaderSize, maxPartSize, maxInMemory);
    }

    /**
     * {@return these limits with another one}
     *
     * @param bytes how many bytes the header of one part may have, at least 1
     */
    public MultipartLimits maxHeaderSize(int bytes) {
        return new MultipartLimits(maxParts, bytes, maxPartSize, maxInMemory);
    }

    /**
     * {@return these limits with another one}
     *
     * @param bytes how many bytes the content of one part may have, not negative
     */
    public MultipartLimits maxPartSize(long bytes) {
        return new MultipartLimits(maxParts, maxHeaderSize, bytes, maxInMemory);
    }

    /**
     * {@return these limits with another one}
     *
     * @param bytes how many bytes of one part are taken into memory at most, not negative
     */
    public MultipartLimits maxInMemory(int bytes) {
        return new MultipartLimits(maxParts, maxHeaderSize, maxPartSize, bytes);
    }
}
