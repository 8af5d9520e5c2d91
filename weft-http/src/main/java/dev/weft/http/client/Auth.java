package dev.weft.http.client;

import dev.weft.http.HttpException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;

/**
 * Credentials for one origin, as {@link Middleware}s.
 *
 * <pre>{@code
 * ClientSession.builder().middleware(Auth.bearer("https://api.example.org", token)).open()
 * }</pre>
 *
 * <p>They go to the scheme, host and port of the URL they are made for, and nowhere else, wherever redirects lead. A
 * request that has an Authorization header of its own keeps it.
 */
public final class Auth {
    private Auth() {}

    /**
     * {@return basic authentication: name and password with each request; over TLS only, where it matters}
     *
     * @param origin a URL of the server that they are for
     * @param user the name, without a colon
     * @param password the password
     * @throws IllegalArgumentException if the name has a colon
     * @throws RequestException.BadUrl if the origin is no URL
     */
    public static Middleware basic(String origin, String user, String password) {
        return header(Target.of(origin), basicValue(user, password));
    }

    private static String basicValue(String user, String password) {
        if (user.indexOf(':') >= 0) {
            throw new IllegalArgumentException(
                    "a name for basic authentication has no colon, and this one does at " + user.indexOf(':'));
        }
        return "Basic " + Base64.getEncoder().encodeToString((user + ":" + password).getBytes(StandardCharsets.UTF_8));
    }

    /**
     * {@return a token with each request}
     *
     * @param origin a URL of the server that it is for
     * @param token the token
     * @throws RequestException.BadUrl if the origin is no URL
     */
    public static Middleware bearer(String origin, String token) {
        return header(Target.of(origin), "Bearer " + token);
    }

    private static Middleware header(Target origin, String value) {
        return (request, next) -> next.send(isFor(origin, request) ? request.header("Authorization", value) : request);
    }

    static boolean isFor(Target origin, ClientRequest request) {
        return !request.headers().contains("authorization") && origin.sharesOriginWith(Target.of(request.url()));
    }

    /**
     * {@return digest authentication (RFC 7616, with SHA-256 or MD5 and qop auth): the password is not sent. The first
     * request is refused by the server with a challenge and made again with the answer; later ones answer at once}
     *
     * @param origin a URL of the server that they are for
     * @param user the name
     * @param password the password
     * @throws RequestException.BadUrl if the origin is no URL
     */
    public static Middleware digest(String origin, String user, String password) {
        return new DigestAuth(Target.of(origin), user, password);
    }

    /**
     * {@return basic authentication for the hosts that a netrc file has, over https, and over http to the machine
     * itself. The file is read when this is called, beside the loop}
     *
     * @param file the file, such as {@code ~/.netrc}
     * @throws HttpException if it cannot be read
     */
    public static Middleware netrc(Path file) {
        Netrc entries;
        try {
            entries = Netrc.read(file);
        } catch (IOException e) {
            throw new HttpException("cannot read the credentials in " + file + ": " + e.getMessage(), e);
        }
        return (request, next) -> {
            Origin origin = Target.of(request.url()).origin();
            Netrc.Login login = entries.find(origin.host());
            boolean safe = origin.tls()
                    || origin.host().equals("localhost")
                    || origin.host().startsWith("127.")
                    || origin.host().equals("[::1]");
            return next.send(
                    login == null || !safe || request.headers().contains("authorization")
                            ? request
                            : request.header("Authorization", basicValue(login.user(), login.password())));
        };
    }
}
