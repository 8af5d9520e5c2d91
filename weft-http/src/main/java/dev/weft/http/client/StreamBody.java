package dev.weft.http.client;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.System.Logger.Level;
import org.jspecify.annotations.Nullable;

/** A body that is read from a stream, once. */
record StreamBody(@Nullable String contentType, long length, InputStream in) implements RequestBody {
    private static final System.Logger LOG = System.getLogger(StreamBody.class.getName());

    @Override
    public boolean isReplayable() {
        return false;
    }

    @Override
    public void writeTo(OutputStream out) throws IOException {
        in.transferTo(out);
    }

    @Override
    public void close() {
        try {
            in.close();
        } catch (IOException e) {
            LOG.log(Level.DEBUG, "the source of a request's body cannot be closed", e);
        }
    }
}
