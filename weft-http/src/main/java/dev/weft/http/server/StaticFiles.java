package dev.weft.http.server;

import dev.weft.Weft;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Serves the files of a directory, to be mounted in a {@link Router}.
 *
 * <pre>{@code
 * router.mount("/assets", StaticFiles.of(Path.of("assets")).precompressed());
 * }</pre>
 *
 * <p>Nothing outside of the directory is ever served: not by {@code ..}, in whichever encoding, nor by symbolic links,
 * neither of files nor of directories on the way. Files and directories whose names begin with a dot are not served
 * either. Ranges and conditional requests are understood. Files are read beside the loop, a piece at a time.
 *
 * <p>Immutable; each method returns a changed copy.
 */
public final class StaticFiles implements Handler {
    private static final int PIECE = 64 * 1024;
    private static final Map<String, String> TYPES = Map.ofEntries(
            Map.entry("html", "text/html; charset=utf-8"),
            Map.entry("htm", "text/html; charset=utf-8"),
            Map.entry("css", "text/css; charset=utf-8"),
            Map.entry("js", "text/javascript; charset=utf-8"),
            Map.entry("mjs", "text/javascript; charset=utf-8"),
            Map.entry("txt", "text/plain; charset=utf-8"),
            Map.entry("md", "text/markdown; charset=utf-8"),
            Map.entry("csv", "text/csv; charset=utf-8"),
            Map.entry("json", "application/json"),
            Map.entry("xml", "application/xml"),
            Map.entry("svg", "image/svg+xml"),
            Map.entry("png", "image/png"),
            Map.entry("jpg", "image/jpeg"),
            Map.entry("jpeg", "image/jpeg"),
            Map.entry("gif", "image/gif"),
            Map.entry("webp", "image/webp"),
            Map.entry("ico", "image/x-icon"),
            Map.entry("woff2", "font/woff2"),
            Map.entry("wasm", "application/wasm"),
            Map.entry("pdf", "application/pdf"),
            Map.entry("zip", "application/zip"),
            Map.entry("mp4", "video/mp4"));
    private static final List<String[]> SIBLINGS =
            List.of(new String[] {"br", ".br"}, new String[] {"zstd", ".zst"}, new String[] {"gzip", ".gz"});

    private final Path directory;
    private final boolean precompressed;
    private final @Nullable String cacheControl;

    /** A file to be sent; the coding is null if it is as it is. */
    private record Found(
            Path path, long size, long modified, @Nullable String coding) {}

    private StaticFiles(Path directory, boolean precompressed, @Nullable String cacheControl) {
        this.directory = directory;
        this.precompressed = precompressed;
        this.cacheControl = cacheControl;
    }

    /**
     * {@return what serves a directory}
     *
     * @param directory the directory; a path of its own may lead through links
     * @throws IllegalArgumentException if there is no such directory
     */
    public static StaticFiles of(Path directory) {
        try {
            Path real = directory.toRealPath();
            if (!Files.isDirectory(real)) {
                throw new IllegalArgumentException(directory + " is no directory");
            }
            return new StaticFiles(real, false, null);
        } catch (IOException e) {
            throw new IllegalArgumentException("the directory " + directory + " cannot be served: " + e, e);
        }
    }

    /**
     * {@return these files, but that {@code x.gz}, {@code x.br} or {@code x.zst} is sent for {@code x} to clients that
     * accept it}
     */
    public StaticFiles precompressed() {
        return new StaticFiles(directory, true, cacheControl);
    }

    /**
     * {@return these files, with a Cache-Control header}
     *
     * @param value its value, such as {@code max-age=3600}
     */
    public StaticFiles cacheControl(String value) {
        return new StaticFiles(directory, precompressed, value);
    }

    @Override
    public Response handle(Request request) throws Exception {
        if (!request.method().equals("GET") && !request.method().equals("HEAD")) {
            return Response.status(405).withHeader("Allow", "GET, HEAD");
        }
        RoutePath route = request.route();
        List<String> segments =
                route.segments().subList(route.from(), route.segments().size());
        List<String> accepted = precompressed ? request.headers().all("accept-encoding") : List.of();
        Found found = Weft.offload(() -> find(segments, accepted));
        if (found == null) {
            return Response.text("there is nothing at " + request.path() + "\n").withStatus(404);
        }
        return answer(request, found);
    }

    // ---- finding; beside the loop

    private @Nullable Found find(List<String> segments, List<String> accepted) throws IOException {
        Path file = directory;
        for (int i = 0; i < segments.size(); i++) {
            String segment = segments.get(i);
            boolean last = i == segments.size() - 1;
            if (segment.isEmpty() && last) {
                segment = "index.html";
            }
            if (!isName(segment)) {
                return null;
            }
            try {
                file = file.resolve(segment);
            } catch (InvalidPathException e) {
                return null;
            }
            boolean fits = last
                    ? Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)
                    : Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS);
            if (!fits) {
                return null;
            }
        }
        if (!file.startsWith(directory) || file.equals(directory)) {
            return null;
        }
        for (String[] sibling : SIBLINGS) {
            Path compressed = file.resolveSibling(file.getFileName() + sibling[1]);
            if (AcceptEncoding.weight(accepted, sibling[0]) > 0
                    && Files.isRegularFile(compressed, LinkOption.NOFOLLOW_LINKS)) {
                return describe(compressed, sibling[0]);
            }
        }
        return describe(file, null);
    }

    /** {@return whether a decoded part of a path is a plain name: nothing that leads elsewhere on any system} */
    private static boolean isName(String segment) {
        return !segment.isEmpty()
                && segment.charAt(0) != '.'
                && segment.chars().noneMatch(c -> c == '/' || c == '\\' || c == ':' || c < ' ');
    }

    private static Found describe(Path file, @Nullable String coding) throws IOException {
        BasicFileAttributes attributes =
                Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        return new Found(file, attributes.size(), attributes.lastModifiedTime().toMillis(), coding);
    }

    // ---- answering

    private Response answer(Request request, Found found) {
        String tag = "\"" + Long.toHexString(found.modified()) + "-" + Long.toHexString(found.size())
                + (found.coding() == null ? "" : "-" + found.coding()) + "\"";
        Response head = Response.status(200)
                .withHeader("Content-Type", type(found))
                .withHeader("ETag", tag)
                .withHeader("Last-Modified", HttpDates.format(found.modified()))
                .withHeader("Accept-Ranges", "bytes")
                .withHeader("X-Content-Type-Options", "nosniff");
        if (cacheControl != null) {
            head = head.withHeader("Cache-Control", cacheControl);
        }
        if (precompressed) {
            head = head.withHeader("Vary", "Accept-Encoding");
        }
        if (found.coding() != null) {
            head = head.withHeader("Content-Encoding", found.coding());
        }
        int status = Conditions.status(request, tag, found.modified());
        if (status != 200) {
            return head.withStatus(status);
        }
        ByteRange range = Conditions.range(request, tag, found.modified(), found.size());
        if (range == null) {
            return head.withStream(found.size(), out -> send(found, 0, found.size(), out));
        }
        if (range.length() == 0) {
            return Response.status(416).withHeader("Content-Range", "bytes */" + found.size());
        }
        return head.withStatus(206)
                .withHeader(
                        "Content-Range",
                        "bytes " + range.from() + "-" + (range.from() + range.length() - 1) + "/" + found.size())
                .withStream(range.length(), out -> send(found, range.from(), range.length(), out));
    }

    private static String type(Found found) {
        String name = String.valueOf(found.path().getFileName());
        if (found.coding() != null) {
            name = name.substring(0, name.lastIndexOf('.'));
        }
        String extension = name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
        return TYPES.getOrDefault(extension, "application/octet-stream");
    }

    /** Opens the file for each piece, so that a task that is cancelled between two leaves nothing open. */
    private static void send(Found found, long from, long length, OutputStream out) throws Exception {
        long at = from;
        long end = from + length;
        while (at < end) {
            long begin = at;
            byte[] piece = Weft.offload(() -> read(found.path(), begin, (int) Math.min(PIECE, end - begin)));
            if (piece.length == 0) {
                throw new IOException("the file " + found.path() + " became shorter while it was sent");
            }
            out.write(piece);
            at += piece.length;
        }
    }

    private static byte[] read(Path file, long from, int length) throws IOException {
        var buffer = ByteBuffer.allocate(length);
        try (FileChannel channel = FileChannel.open(file, Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS))) {
            while (buffer.hasRemaining() && channel.read(buffer, from + buffer.position()) >= 0) {
                // until it is full, or the file ends
            }
        }
        return buffer.hasRemaining() ? java.util.Arrays.copyOf(buffer.array(), buffer.position()) : buffer.array();
    }

    @Override
    public String toString() {
        return "StaticFiles[" + directory + "]";
    }
}
