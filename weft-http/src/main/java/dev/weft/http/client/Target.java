package dev.weft.http.client;

import java.net.IDN;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where a request goes: a URL taken apart.
 *
 * @param uri the URL without fragment
 * @param origin where to connect to
 * @param hostHeader the value of the Host header
 * @param path what the request asks for: path and query, in ASCII
 */
record Target(URI uri, Origin origin, String hostHeader, String path) {
    private static final int HTTP_PORT = 80;
    private static final int HTTPS_PORT = 443;
    private static final int MAX_PORT = 65_535;
    private static final int ASCII = 128;

    /** What may stand in a name by RFC 3986, without escapes. */
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._~!$&'()*+,;=-]+");

    /** An authority that URI does not take apart, since its host has an underscore or is not in ASCII. */
    private static final Pattern LENIENT_AUTHORITY = Pattern.compile("([^@:/?#\\[\\]]+)(?::(\\d{1,5}))?");

    static Target of(String url) {
        return of(parsed(url));
    }

    /**
     * Takes a URL relative to a base.
     *
     * @param base what it is relative to, or null if it has to be complete
     */
    static Target of(@Nullable URI base, String url) {
        return of(base, parsed(url));
    }

    /** Takes a URL that has been parsed relative to a base, as {@link #of(URI, String)}. */
    static Target of(@Nullable URI base, URI url) {
        if (base == null || url.getScheme() != null) {
            return of(url);
        }
        return of(base).follow(url.toString());
    }

    private static URI parsed(String url) {
        try {
            return new URI(url);
        } catch (URISyntaxException e) {
            throw RequestException.badUrl(
                    "'" + url + "'", "is no URL: " + e.getReason() + " at position " + e.getIndex(), e);
        }
    }

    static Target of(URI given) {
        String scheme = given.getScheme();
        if (scheme == null) {
            throw refused(given, "has no scheme; write http:// or https:// in front");
        }
        boolean tls = switch (scheme.toLowerCase(Locale.ROOT)) {
            case "http" -> false;
            case "https" -> true;
            default -> throw refused(given, "has the scheme '" + scheme + "', and only http and https can be fetched");
        };
        if (given.getRawUserInfo() != null
                || (given.getRawAuthority() != null && given.getRawAuthority().indexOf('@') >= 0)) {
            throw refused(given, "has credentials in it, which are not sent; leave them out");
        }
        String host = given.getHost();
        int port = given.getPort();
        if (host == null) {
            Matcher lenient = LENIENT_AUTHORITY.matcher(given.getRawAuthority() == null ? "" : given.getRawAuthority());
            if (!lenient.matches()) {
                throw refused(given, "has no host");
            }
            host = ascii(given, lenient.group(1));
            port = lenient.group(2) == null ? -1 : Integer.parseInt(lenient.group(2));
        }
        if (port == 0 || port > MAX_PORT) {
            throw refused(given, "has the port " + port + "; ports go from 1 to " + MAX_PORT);
        }
        int defaultPort = tls ? HTTPS_PORT : HTTP_PORT;
        String lowerHost = host.toLowerCase(Locale.ROOT);
        String hostHeader = port == -1 || port == defaultPort ? lowerHost : lowerHost + ":" + port;
        return new Target(
                given, new Origin(tls, lowerHost, port == -1 ? defaultPort : port), hostHeader, pathOf(given));
    }

    /**
     * {@return the host in ASCII} One character may become several, such as a/c: a name that would end elsewhere than
     * it was read to is none.
     */
    private static String ascii(URI given, String host) {
        try {
            String ascii = IDN.toASCII(host, IDN.ALLOW_UNASSIGNED);
            if (!NAME.matcher(ascii).matches()) {
                throw RequestException.badUrl(
                        redacted(given),
                        "has the host '" + host + "', which is no name: in ASCII it is '" + ascii + "'",
                        null);
            }
            return ascii;
        } catch (IllegalArgumentException e) {
            throw RequestException.badUrl(
                    redacted(given), "has the host '" + host + "', which is no name: " + e.getMessage(), e);
        }
    }

    private static String pathOf(URI given) {
        String path = given.getRawPath();
        String query = given.getRawQuery();
        String bare = path == null || path.isEmpty() ? "/" : path;
        String whole = query == null ? bare : bare + "?" + query;
        for (int i = 0; i < whole.length(); i++) {
            if (whole.charAt(i) >= ASCII) {
                return URI.create(whole).toASCIIString();
            }
        }
        return whole;
    }

    /** Where a Location header leads from here. */
    Target follow(String location) {
        try {
            URI base = base(location);
            return of(location.startsWith("?") ? base : base.resolve(new URI(location)));
        } catch (URISyntaxException e) {
            throw RequestException.badUrl(
                    text(),
                    "redirects to '" + location + "', which is no URL: " + e.getReason() + " at position "
                            + e.getIndex(),
                    e);
        }
    }

    /**
     * What URI.resolve cannot do, since it follows an older RFC: go on from an empty path, and change only the query.
     */
    private URI base(String location) throws URISyntaxException {
        String site = uri.getScheme() + "://" + uri.getRawAuthority();
        String path = uri.getRawPath() == null || uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
        return new URI(location.startsWith("?") ? site + path + location : site + path);
    }

    /** {@return the URL for messages} */
    String text() {
        return redacted(uri);
    }

    /**
     * {@return whether a request to there may carry the credentials and cookies of this one: same scheme, host and
     * port}
     */
    boolean sharesOriginWith(Target other) {
        return origin.equals(other.origin);
    }

    /** {@return the URL as a proxy is asked for it} */
    String absolute() {
        return uri.getScheme() + "://" + hostHeader + path;
    }

    private static RequestException refused(URI given, String what) {
        return RequestException.badUrl("'" + redacted(given) + "'", what, null);
    }

    /** Messages must not spread passwords. */
    private static String redacted(URI uri) {
        String text = uri.toString();
        @Nullable String authority = uri.getRawAuthority();
        if (authority != null && authority.indexOf('@') >= 0) {
            return text.replace(authority, "***" + authority.substring(authority.lastIndexOf('@')));
        }
        return text;
    }
}
