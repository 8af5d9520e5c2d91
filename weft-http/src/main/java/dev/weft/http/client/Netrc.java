package dev.weft.http.client;

import dev.weft.Weft;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.StringTokenizer;
import org.jspecify.annotations.Nullable;

/** Names and passwords by host, as in {@code ~/.netrc}. */
final class Netrc {
    private final Map<String, Login> logins = new HashMap<>();

    /** A name and a password. */
    record Login(String user, String password) {
        @Override
        public String toString() {
            return user; // not the password
        }
    }

    private Netrc() {}

    static Netrc read(Path file) throws IOException {
        String text;
        try {
            text = Weft.offload(() -> Files.readString(file));
        } catch (IOException | RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new AssertionError("reading a file throws no other checked exception", e);
        }
        return parse(text);
    }

    static Netrc parse(String text) {
        var entries = new Netrc();
        var tokens = new StringTokenizer(text.replaceAll("(?m)^\\s*#.*$", ""));
        String host = null;
        String user = "";
        String password = "";
        while (tokens.hasMoreTokens()) {
            String token = tokens.nextToken();
            if (token.equals("macdef")) {
                break; // what follows is for other programs
            }
            if (token.equals("machine") || token.equals("default")) {
                entries.add(host, user, password);
                host = token.equals("default") ? "" : next(tokens).toLowerCase(Locale.ROOT);
                user = "";
                password = "";
            } else if (token.equals("login")) {
                user = next(tokens);
            } else if (token.equals("password")) {
                password = next(tokens);
            }
        }
        entries.add(host, user, password);
        return entries;
    }

    private static String next(StringTokenizer tokens) {
        return tokens.hasMoreTokens() ? tokens.nextToken() : "";
    }

    private void add(@Nullable String host, String user, String password) {
        if (host != null && !user.isEmpty()) {
            logins.putIfAbsent(host, new Login(user, password));
        }
    }

    @Nullable
    Login find(String host) {
        Login own = logins.get(host);
        return own == null ? logins.get("") : own;
    }
}
