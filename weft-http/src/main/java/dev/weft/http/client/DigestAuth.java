package dev.weft.http.client;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Answers digest challenges of one origin (RFC 7616). Loop thread only. */
final class DigestAuth implements Middleware {
    private static final int UNAUTHORIZED = 401;
    private static final SecureRandom RANDOM = new SecureRandom();

    private final Target origin;
    private final String user;
    private final String password;
    private @Nullable Challenge last;
    private int count;

    /** What a server asked; hash is the name that the JDK has for the algorithm. */
    record Challenge(String realm, String nonce, @Nullable String opaque, String algorithm, String hash, boolean qop) {}

    DigestAuth(Target origin, String user, String password) {
        this.origin = origin;
        this.user = user;
        this.password = password;
    }

    @Override
    public StreamedResponse handle(ClientRequest request, Next next) {
        if (!Auth.isFor(origin, request)) {
            return next.send(request);
        }
        Challenge known = last;
        StreamedResponse first = next.send(known == null ? request : answered(request, known));
        RequestBody body = request.body();
        if (first.status() != UNAUTHORIZED || (body != null && !body.isReplayable())) {
            return first;
        }
        Challenge asked = best(first.headers().all("www-authenticate"));
        if (asked == null || (known != null && asked.nonce().equals(known.nonce()))) {
            return first; // no digest, or the password is wrong
        }
        last = asked;
        count = 0;
        first.close();
        return next.send(answered(request, asked));
    }

    private static @Nullable Challenge best(List<String> headers) {
        Challenge best = null;
        for (String header : headers) {
            Challenge challenge = parse(header);
            if (challenge != null && (best == null || challenge.hash().equals("SHA-256"))) {
                best = challenge;
            }
        }
        return best;
    }

    static @Nullable Challenge parse(String header) {
        if (!header.regionMatches(true, 0, "digest ", 0, 7)) {
            return null;
        }
        Map<String, String> values = parameters(header.substring(7));
        if (!values.values().stream().allMatch(DigestAuth::canBeSentBack)) {
            return null;
        }
        String nonce = values.get("nonce");
        String algorithm = values.getOrDefault("algorithm", "MD5").toUpperCase(Locale.ROOT);
        String hash = switch (algorithm) {
            case "MD5" -> "MD5";
            case "SHA-256" -> "SHA-256";
            default -> null;
        };
        if (nonce == null || hash == null) {
            return null;
        }
        String qop = values.getOrDefault("qop", "");
        boolean auth = List.of(qop.split("\\s*,\\s*")).contains("auth");
        if (!auth && !qop.isEmpty()) {
            return null; // it wants the body signed
        }
        return new Challenge(values.getOrDefault("realm", ""), nonce, values.get("opaque"), algorithm, hash, auth);
    }

    /**
     * {@return names in any letters, with the tokens or quoted texts behind them; what is neither is skipped} Not by a
     * regular expression: the JDK's take stack for each character that stands in quotes.
     */
    private static Map<String, String> parameters(String text) {
        Map<String, String> found = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        int at = 0;
        while (at < text.length()) {
            int begin = at;
            while (at < text.length() && isOfName(text.charAt(at))) {
                at++;
            }
            String name = text.substring(begin, at);
            at = skipSpace(text, at);
            if (name.isEmpty() || at == text.length() || text.charAt(at) != '=') {
                at = Math.max(at, begin + 1);
                continue;
            }
            at = skipSpace(text, at + 1);
            var value = new StringBuilder();
            if (at < text.length() && text.charAt(at) == '"') {
                for (at++; at < text.length() && text.charAt(at) != '"'; at++) {
                    if (text.charAt(at) == '\\' && at + 1 < text.length()) {
                        at++;
                    }
                    value.append(text.charAt(at));
                }
                at++;
            } else {
                for (; at < text.length() && " \t,".indexOf(text.charAt(at)) < 0; at++) {
                    value.append(text.charAt(at));
                }
            }
            found.putIfAbsent(name, value.toString());
        }
        return found;
    }

    private static boolean isOfName(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    }

    private static int skipSpace(String text, int from) {
        int at = from;
        while (at < text.length() && (text.charAt(at) == ' ' || text.charAt(at) == '\t')) {
            at++;
        }
        return at;
    }

    /** The answer repeats realm, nonce and opaque in a header of its own, which takes no controls. */
    private static boolean canBeSentBack(String value) {
        return value.chars().allMatch(c -> c == '\t' || (c >= ' ' && c != 0x7F));
    }

    ClientRequest answered(ClientRequest request, Challenge challenge) {
        count++;
        String path = Target.of(request.url()).path();
        String times = String.format("%08x", count);
        String own = HexFormat.of().formatHex(random());
        String who = hash(challenge, user + ":" + challenge.realm() + ":" + password);
        String what = hash(challenge, request.method() + ":" + path);
        String response = challenge.qop()
                ? hash(challenge, who + ":" + challenge.nonce() + ":" + times + ":" + own + ":auth:" + what)
                : hash(challenge, who + ":" + challenge.nonce() + ":" + what);
        var value = new StringBuilder("Digest username=")
                .append(quoted(user))
                .append(", realm=")
                .append(quoted(challenge.realm()))
                .append(", nonce=")
                .append(quoted(challenge.nonce()))
                .append(", uri=")
                .append(quoted(path))
                .append(", algorithm=")
                .append(challenge.algorithm())
                .append(", response=")
                .append(quoted(response));
        if (challenge.qop()) {
            value.append(", qop=auth, nc=").append(times).append(", cnonce=").append(quoted(own));
        }
        if (challenge.opaque() != null) {
            value.append(", opaque=").append(quoted(challenge.opaque()));
        }
        return request.header("Authorization", value.toString());
    }

    private static byte[] random() {
        var bytes = new byte[8];
        RANDOM.nextBytes(bytes);
        return bytes;
    }

    private static String quoted(String text) {
        return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }

    private static String hash(Challenge challenge, String text) {
        try {
            byte[] digest = MessageDigest.getInstance(challenge.hash()).digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has " + challenge.hash(), e);
        }
    }

    @Override
    public String toString() {
        return "digest authentication of " + user + " at " + origin.origin();
    }
}
