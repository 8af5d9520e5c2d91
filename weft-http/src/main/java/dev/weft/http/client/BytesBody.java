package dev.weft.http.client;

import java.io.IOException;
import java.io.OutputStream;
import org.jspecify.annotations.Nullable;

/** A body that is in memory. */
@SuppressWarnings("ArrayRecordComponent") // never compared
record BytesBody(@Nullable String contentType, byte[] bytes) implements RequestBody {
    @Override
    public long length() {
        return bytes.length;
    }

    @Override
    public boolean isReplayable() {
        return true;
    }

    @Override
    public void writeTo(OutputStream out) throws IOException {
        out.write(bytes);
    }

    @Override
    public String toString() {
        return bytes.length + " bytes of " + contentType;
    }
}
