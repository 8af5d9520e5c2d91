package dev.weft.http.client;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.List;

/** A form with files (RFC 7578). The boundary is random: what it stands between cannot have been made to hold it. */
final class MultipartBody implements RequestBody {
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int RANDOM_BYTES = 24;

    private final List<FormPart> parts;
    private final String boundary;

    MultipartBody(List<FormPart> parts) {
        this.parts = parts;
        var random = new byte[RANDOM_BYTES];
        RANDOM.nextBytes(random);
        this.boundary = "weft-" + Base64.getUrlEncoder().withoutPadding().encodeToString(random);
    }

    @Override
    public String contentType() {
        return "multipart/form-data; boundary=" + boundary;
    }

    private byte[] delimiter(String before, String after) {
        return (before + "--" + boundary + after).getBytes(StandardCharsets.US_ASCII);
    }

    private byte[] begin(boolean first) {
        return delimiter(first ? "" : "\r\n", "\r\n");
    }

    private byte[] end() {
        return delimiter(parts.isEmpty() ? "" : "\r\n", "--\r\n");
    }

    @Override
    public long length() {
        long length = end().length;
        boolean first = true;
        for (FormPart part : parts) {
            long content = part.body().length();
            if (content < 0) {
                return -1;
            }
            length += begin(first).length + part.head().length + content;
            first = false;
        }
        return length;
    }

    @Override
    public boolean isReplayable() {
        return parts.stream().allMatch(part -> part.body().isReplayable());
    }

    @Override
    public void writeTo(OutputStream out) throws IOException {
        boolean first = true;
        for (FormPart part : parts) {
            out.write(begin(first));
            out.write(part.head());
            part.body().writeTo(new Content(out));
            first = false;
        }
        out.write(end());
    }

    /** One part is closed after the other, whatever the first ones do. */
    @Override
    public void close() {
        RuntimeException failure = null;
        for (FormPart part : parts) {
            try {
                part.body().close();
            } catch (RuntimeException e) {
                failure = e;
            }
        }
        if (failure != null) {
            throw failure;
        }
    }

    /** What a part writes to: its end is not that of the body. */
    private static final class Content extends FilterOutputStream {
        Content(OutputStream out) {
            super(out);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            out.write(bytes, offset, length);
        }

        @Override
        public void close() throws IOException {
            flush();
        }
    }

    @Override
    public String toString() {
        return "a form of " + parts;
    }
}
