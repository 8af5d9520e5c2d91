package dev.weft.cli.fetch;

import dev.weft.http.client.ClientRequest;
import dev.weft.http.client.StreamedResponse;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.DateTimeException;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One file that is fetched.
 *
 * <pre>
 * nothing ──► NAME.part + NAME.part.json ──► NAME (+ NAME.weft.json with --if-changed)
 *                 ▲             │
 *                 └─ broke off ─┘  the next try asks for the rest, if it is still the same version (Range, If-Range)
 * </pre>
 *
 * <p>The file appears whole, under its name, or not at all. Without an ETag or Last-Modified a part cannot be
 * continued, and is begun anew.
 */
final class Download {
    private static final int PARTIAL = 206;
    private static final int NOT_MODIFIED = 304;
    private static final int RANGE_NOT_SATISFIABLE = 416;
    private static final int FIRST_ERROR = 400;
    private static final int BLOCK = 64 * 1024;
    private static final Pattern RANGE = Pattern.compile("bytes (\\d{1,18})-\\d*/(\\d+|\\*)");

    private final Path file;
    private final Path part;
    private final Path partVersion;
    private final Path version;
    private final String url;
    private final boolean ifChanged;

    Download(Path file, String url, boolean ifChanged) {
        this.file = file;
        this.url = url;
        this.ifChanged = ifChanged;
        this.part = beside(".part");
        this.partVersion = beside(".part.json");
        this.version = beside(".weft.json");
    }

    private Path beside(String suffix) {
        return file.resolveSibling(file.getFileName() + suffix);
    }

    /**
     * What came of it.
     *
     * @param bytes the size of the file
     * @param resumed how many of them were here before
     * @param unchanged whether the server had no other version
     */
    record Done(long bytes, long resumed, boolean unchanged) {}

    /** Makes a request for what is missing. */
    ClientRequest request(ClientRequest all) throws IOException {
        ClientRequest request = all.header("Accept-Encoding", "identity"); // ranges are of what is sent
        Validators begun = Validators.read(partVersion, url);
        long have = Files.exists(part) ? Files.size(part) : 0;
        String same = begun == null ? null : begun.forRange();
        if (have > 0 && same != null) {
            return request.header("Range", "bytes=" + have + "-").header("If-Range", same);
        }
        if (ifChanged && Files.exists(file)) {
            Validators known = Validators.read(version, url);
            if (known != null && known.tag() != null) {
                return request.header("If-None-Match", known.tag());
            }
            if (known != null && known.modified() != null) {
                return request.header("If-Modified-Since", known.modified());
            }
        }
        return request;
    }

    /**
     * Takes the answer.
     *
     * @return what came of it; null if the part that is here is of no use, and has been removed: ask again
     * @throws IOException if it cannot be written, or breaks off
     */
    @Nullable
    Done take(StreamedResponse response) throws IOException {
        int status = response.status();
        if (status == NOT_MODIFIED) {
            return new Done(Files.size(file), 0, true);
        }
        if (status == RANGE_NOT_SATISFIABLE && Files.exists(part)) {
            forgetPart();
            return null;
        }
        if (status >= FIRST_ERROR) {
            throw new IllegalStateException("an error is no file: status " + status);
        }
        if (file.getParent() != null) {
            Files.createDirectories(file.getParent());
        }
        long resumed = 0;
        if (status == PARTIAL) {
            var range = RANGE.matcher(String.valueOf(response.headers().first("content-range")));
            resumed = Files.exists(part) ? Files.size(part) : 0;
            if (!range.matches() || Long.parseLong(range.group(1)) != resumed) {
                forgetPart();
                return null;
            }
        } else {
            forgetPart();
            Validators.of(url, response.headers()).write(partVersion);
        }
        Validators versionNow = Validators.of(url, response.headers());
        long bytes = append(response.body(), resumed);
        finish(versionNow);
        return new Done(bytes, resumed, false);
    }

    private long append(InputStream body, long from) throws IOException {
        try (FileChannel channel = FileChannel.open(part, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            channel.truncate(from);
            channel.position(from);
            byte[] block = new byte[BLOCK];
            for (int read = body.read(block); read >= 0; read = body.read(block)) {
                ByteBuffer bytes = ByteBuffer.wrap(block, 0, read);
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
            }
            return channel.position();
        }
    }

    private void finish(Validators now) throws IOException {
        String modified = now.modified();
        if (modified != null) {
            try {
                Files.setLastModifiedTime(
                        part,
                        FileTime.from(ZonedDateTime.parse(modified, DateTimeFormatter.RFC_1123_DATE_TIME)
                                .toInstant()));
            } catch (DateTimeException e) {
                // no date: the file keeps the time of its end
            }
        }
        if (ifChanged) {
            now.write(version);
        }
        Files.move(part, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        Files.deleteIfExists(partVersion);
    }

    private void forgetPart() throws IOException {
        Files.deleteIfExists(part);
        Files.deleteIfExists(partVersion);
    }
}
