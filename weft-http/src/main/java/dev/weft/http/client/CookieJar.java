package dev.weft.http.client;

import io.netty.handler.codec.http.cookie.ClientCookieDecoder;
import io.netty.handler.codec.http.cookie.Cookie;
import java.io.IOException;
import java.net.IDN;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The cookies of a session, by the rules of RFC 6265: which server may set one for which domain and path, and which
 * requests carry it.
 *
 * <p>A server can set cookies for its own host and for domains above it that are no public suffix ({@code com},
 * {@code co.uk}, {@code github.io}); a host that is an address, for itself only. Secure cookies are set and sent over
 * TLS only. Cookies end at their time; those without one end with the jar, unless they are saved. At most 3,000 are
 * kept, 180 of one domain; the oldest goes first.
 *
 * <p>Loop thread only: several sessions of one loop may share a jar.
 */
public final class CookieJar {
    private static final int MOST = 3_000;
    private static final int MOST_PER_DOMAIN = 180;
    private static final int LONGEST = 4_096;
    private static final int FIELDS = 7;
    private static final int NAME = 5;
    private static final int VALUE = 6;
    private static final String HEADER = "# Netscape HTTP Cookie File";
    private static final String HTTP_ONLY = "#HttpOnly_";

    private final boolean ignoring;

    /** By domain, path and name; in the order in which they were made. */
    private final Map<Key, Entry> entries = new LinkedHashMap<>();

    private record Key(String domain, String path, String name) {}

    /** One cookie; expires 0 is the end of the jar. */
    private record Entry(Key key, String value, boolean hostOnly, boolean secure, boolean httpOnly, long expires) {
        boolean isOver(long now) {
            return expires != 0 && expires <= now;
        }
    }

    private CookieJar(boolean ignoring) {
        this.ignoring = ignoring;
    }

    /** {@return an empty jar} */
    public static CookieJar empty() {
        return new CookieJar(false);
    }

    /** {@return a jar that keeps nothing and sends nothing} */
    public static CookieJar none() {
        return new CookieJar(true);
    }

    /**
     * Adds a cookie for one host, as if it had set it on its root path until the end of the jar.
     *
     * @param host the URL of the host
     * @param name its name
     * @param value its value
     * @throws IllegalArgumentException if a cookie cannot have this name or value
     */
    public void put(URI host, String name, String value) {
        if (name.isEmpty() || !isClean(name) || name.indexOf('=') >= 0 || !isClean(value)) {
            throw new IllegalArgumentException(
                    "a cookie's name and value have no spaces, controls, commas or semicolons, and its name no '='; found '"
                            + name + "' and '" + value + "'");
        }
        store(new Entry(new Key(hostOf(host), "/", name), value, true, false, false, 0));
    }

    private static boolean hasControls(String text) {
        return text.chars().anyMatch(c -> c < ' ' || c == 127);
    }

    private static boolean isClean(String text) {
        return text.chars().allMatch(c -> c > ' ' && c < 127 && c != ';' && c != ',');
    }

    /** {@return how many cookies there are, those included whose time is over but which nobody has looked at} */
    public int size() {
        return entries.size();
    }

    /** Forgets all cookies. */
    public void clear() {
        entries.clear();
    }

    // ---- for the session

    /** Takes in what a response sets. */
    void receive(URI from, List<String> setCookies) {
        if (ignoring) {
            return;
        }
        for (String header : setCookies) {
            if (header.length() <= LONGEST) {
                accept(from, header);
            }
        }
    }

    private void accept(URI from, String header) {
        Cookie cookie;
        try {
            cookie = ClientCookieDecoder.LAX.decode(header);
        } catch (IllegalArgumentException e) {
            return; // the decoder does not look at a date of more than 64 characters
        }
        if (cookie == null || cookie.name().isEmpty() || header.chars().anyMatch(c -> c < ' ' || c == 127)) {
            return; // a tab, say, is harmless on the wire, and not in the file of save
        }
        String host = hostOf(from);
        boolean encrypted = isEncrypted(from);
        String domain = domainOf(cookie);
        boolean hostOnly = domain.isEmpty() || domain.equals(host);
        if (!hostOnly && (isAddress(host) || !host.endsWith("." + domain) || PublicSuffixes.contains(domain))) {
            return;
        }
        if (domain.equals(host) && !isAddress(host) && !PublicSuffixes.contains(host)) {
            hostOnly = false;
        }
        if (cookie.isSecure() && !encrypted) {
            return;
        }
        String path = cookie.path() == null || !cookie.path().startsWith("/") ? defaultPath(from) : cookie.path();
        if (!prefixHolds(cookie, domain, path)) {
            return;
        }
        var key = new Key(domain.isEmpty() ? host : domain, path, cookie.name());
        Entry before = entries.get(key);
        if (before != null && before.secure() && !encrypted) {
            return; // RFC 6265bis: what was set in secret is not overwritten in the open
        }
        store(new Entry(key, raw(header), hostOnly, cookie.isSecure(), cookie.isHttpOnly(), expiry(cookie)));
    }

    /** What the server sent, quotes included, so that it gets back what it gave. */
    private static String raw(String header) {
        int end = header.indexOf(';');
        String pair = end < 0 ? header : header.substring(0, end);
        return pair.substring(pair.indexOf('=') + 1).strip();
    }

    private static boolean prefixHolds(Cookie cookie, String domain, String path) {
        if (cookie.name().startsWith("__Secure-")) {
            return cookie.isSecure();
        }
        return !cookie.name().startsWith("__Host-") || (cookie.isSecure() && domain.isEmpty() && path.equals("/"));
    }

    private static long expiry(Cookie cookie) {
        if (cookie.maxAge() == Cookie.UNDEFINED_MAX_AGE) {
            return 0;
        }
        long now = now();
        return cookie.maxAge() <= 0 ? now : Math.max(now, now + Math.min(cookie.maxAge(), Integer.MAX_VALUE));
    }

    private void store(Entry entry) {
        if (ignoring) {
            return;
        }
        if (entry.isOver(now())) {
            entries.remove(entry.key());
            return;
        }
        entries.put(entry.key(), entry);
        if (entries.size() > MOST) {
            entries.remove(entries.keySet().iterator().next());
        }
        List<Key> same = entries.keySet().stream()
                .filter(key -> key.domain().equals(entry.key().domain()))
                .toList();
        if (same.size() > MOST_PER_DOMAIN) {
            entries.remove(same.getFirst());
        }
    }

    /** {@return the value of the Cookie header for a request, or null if there is none} */
    @Nullable
    String header(URI to) {
        if (entries.isEmpty()) {
            return null;
        }
        long now = now();
        entries.values().removeIf(entry -> entry.isOver(now));
        String host = hostOf(to);
        String path = to.getRawPath() == null || to.getRawPath().isEmpty() ? "/" : to.getRawPath();
        boolean encrypted = isEncrypted(to);
        List<Entry> fitting = new ArrayList<>();
        for (Entry entry : entries.values()) {
            if ((encrypted || !entry.secure())
                    && domainFits(entry, host)
                    && pathFits(entry.key().path(), path)) {
                fitting.add(entry);
            }
        }
        if (fitting.isEmpty()) {
            return null;
        }
        fitting.sort(Comparator.comparingInt((Entry entry) -> entry.key().path().length())
                .reversed()); // stable: then the oldest first
        var header = new StringBuilder();
        for (Entry entry : fitting) {
            header.append(header.isEmpty() ? "" : "; ")
                    .append(entry.key().name())
                    .append('=')
                    .append(entry.value());
        }
        return header.toString();
    }

    private static boolean domainFits(Entry entry, String host) {
        String domain = entry.key().domain();
        return host.equals(domain) || (!entry.hostOnly() && host.endsWith("." + domain) && !isAddress(host));
    }

    private static boolean pathFits(String cookiePath, String path) {
        return path.equals(cookiePath)
                || (path.startsWith(cookiePath)
                        && (cookiePath.endsWith("/") || path.charAt(cookiePath.length()) == '/'));
    }

    // ---- names

    private static String hostOf(URI uri) {
        Origin origin = Target.of(uri).origin();
        return origin.host();
    }

    private static boolean isEncrypted(URI uri) {
        return "https".equalsIgnoreCase(uri.getScheme());
    }

    private static String domainOf(Cookie cookie) {
        String domain = cookie.domain() == null ? "" : cookie.domain().strip();
        String bare = domain.startsWith(".") ? domain.substring(1) : domain;
        try {
            return IDN.toASCII(bare, IDN.ALLOW_UNASSIGNED).toLowerCase(Locale.ROOT);
        } catch (IllegalArgumentException e) {
            return bare.toLowerCase(Locale.ROOT);
        }
    }

    private static boolean isAddress(String host) {
        return host.startsWith("[") || host.chars().allMatch(c -> c == '.' || Character.isDigit(c));
    }

    private static String defaultPath(URI uri) {
        String path = uri.getRawPath();
        int slash = path == null ? -1 : path.lastIndexOf('/');
        return path == null || slash <= 0 ? "/" : path.substring(0, slash);
    }

    private static long now() {
        return Instant.now().getEpochSecond();
    }

    // ---- files

    /**
     * Writes the cookies to a file, in the format of Netscape, which curl and browsers' tools read. The file is
     * replaced at once or not at all. Blocks its thread: on a loop, {@link dev.weft.Weft#offload} it.
     *
     * @param file the file; keep it where others cannot read it
     * @throws IOException if it cannot be written
     */
    public void save(Path file) throws IOException {
        var text = new StringBuilder(HEADER).append("\n\n");
        for (Entry entry : List.copyOf(entries.values())) {
            text.append(entry.httpOnly() ? HTTP_ONLY : "")
                    .append(entry.hostOnly() ? "" : ".")
                    .append(entry.key().domain())
                    .append('\t')
                    .append(entry.hostOnly() ? "FALSE" : "TRUE")
                    .append('\t')
                    .append(entry.key().path())
                    .append('\t')
                    .append(entry.secure() ? "TRUE" : "FALSE")
                    .append('\t')
                    .append(entry.expires())
                    .append('\t')
                    .append(entry.key().name())
                    .append('\t')
                    .append(entry.value())
                    .append('\n');
        }
        Path directory = file.toAbsolutePath().getParent();
        Path fresh = Files.createTempFile(directory, "cookies", null); // readable by its owner only
        try {
            Files.writeString(fresh, text);
            Files.move(fresh, file, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(fresh);
        }
    }

    /**
     * Reads cookies from a file that {@link #save} or curl wrote. Blocks its thread.
     *
     * @param file the file
     * @return a jar with what is in it, but for what is over by now
     * @throws IOException if it cannot be read, or a line is no cookie; the message has its number
     */
    public static CookieJar load(Path file) throws IOException {
        var jar = new CookieJar(false);
        List<String> lines = Files.readAllLines(file, StandardCharsets.UTF_8);
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i);
            if (line.isBlank() || (line.startsWith("#") && !line.startsWith(HTTP_ONLY))) {
                continue;
            }
            boolean httpOnly = line.startsWith(HTTP_ONLY);
            String[] fields = (httpOnly ? line.substring(HTTP_ONLY.length()) : line).split("\t", -1);
            if (fields.length != FIELDS
                    || !fields[4].matches("-?\\d{1,18}")
                    || fields[NAME].isEmpty()
                    || hasControls(fields[NAME])
                    || hasControls(fields[VALUE])) {
                throw new IOException("line " + (i + 1) + " of " + file
                        + " is no cookie: expected 7 fields with tabs between them, the fifth a number, the last two without control characters, and found '"
                        + line
                        + "'");
            }
            String domain = fields[0].startsWith(".") ? fields[0].substring(1) : fields[0];
            jar.store(new Entry(
                    new Key(domain.toLowerCase(Locale.ROOT), fields[2], fields[NAME]),
                    fields[VALUE],
                    fields[1].equals("FALSE"),
                    fields[3].equals("TRUE"),
                    httpOnly,
                    Math.max(0, Long.parseLong(fields[4]))));
        }
        return jar;
    }

    @Override
    public String toString() {
        return "CookieJar[" + entries.size() + " cookies]"; // not their values
    }
}
