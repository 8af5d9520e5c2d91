package dev.weft.http.netty;

import com.github.luben.zstd.ZstdInputStreamNoFinalizer;
import com.github.luben.zstd.ZstdOutputStreamNoFinalizer;
import com.github.luben.zstd.util.Native;
import dev.weft.http.ContentCoding;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/** zstd (RFC 8878) by zstd-jni. Only to be touched where that library is. */
final class Zstd {
    /**
     * RFC 9659: a sender on the web may ask for a window of 8 MiB, and no more. It is what one body can take of memory.
     */
    private static final int MAX_WINDOW_LOG = 23;

    private static final int LEVEL = 3;

    /** 256 KiB: a few times what gzip looks back, at a few hundred KiB for each response on its way. */
    private static final int WINDOW_LOG = 18;

    private Zstd() {}

    static ContentCoding load() {
        Native.load();
        return ContentCoding.of("zstd", Zstd::decode, Zstd::encode);
    }

    private static InputStream decode(InputStream in) throws IOException {
        return new ZstdInputStreamNoFinalizer(in).setLongMax(MAX_WINDOW_LOG);
    }

    private static OutputStream encode(OutputStream out) throws IOException {
        return new ZstdOutputStreamNoFinalizer(out, LEVEL).setWindowLog(WINDOW_LOG);
    }
}
