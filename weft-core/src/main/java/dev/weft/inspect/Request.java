package dev.weft.inspect;

import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One request: a word, and parameters with names. On the wire it is one line, {@code 1 snapshot fold=20 around=stock}:
 * the version of the protocol, the word, and the parameters with their values percent-encoded.
 *
 * @param word what is wanted
 * @param parameters by name
 */
public record Request(String word, Map<String, String> parameters) {
    /** The version of the protocol that is spoken here. */
    public static final int VERSION = 1;

    /** The longest line of a request, in bytes, its end included. */
    public static final int LONGEST = 4096;

    private static final int MOST_SHOWN = 40;

    /**
     * Copies the parameters.
     *
     * @param word what is wanted
     * @param parameters by name
     */
    public Request {
        parameters = Map.copyOf(parameters);
    }

    /**
     * Understands a line.
     *
     * @param line the line, without its end
     * @return the request
     * @throws RequestException if it is none, or of another version
     */
    public static Request parse(String line) throws RequestException {
        String[] words = line.strip().split(" +", -1);
        if (!words[0].equals(Integer.toString(VERSION)) || words.length < 2) {
            throw new RequestException("expected '" + VERSION + " WORD name=value...', where " + VERSION
                    + " is the version of the protocol, found '" + shown(line) + "'");
        }
        Map<String, String> parameters = new HashMap<>();
        for (int i = 2; i < words.length; i++) {
            int sign = words[i].indexOf('=');
            if (sign <= 0) {
                throw new RequestException("expected a parameter name=value, found '" + shown(words[i]) + "'");
            }
            try {
                parameters.put(
                        words[i].substring(0, sign),
                        URLDecoder.decode(words[i].substring(sign + 1), StandardCharsets.UTF_8));
            } catch (IllegalArgumentException e) {
                throw new RequestException("expected a percent-encoded value, found '" + shown(words[i]) + "'");
            }
        }
        return new Request(words[1], parameters);
    }

    private static String shown(String text) {
        return text.length() > MOST_SHOWN ? text.substring(0, MOST_SHOWN) + "..." : text;
    }

    /**
     * {@return this request as a line, without its end}
     */
    public String line() {
        var line = new StringBuilder().append(VERSION).append(' ').append(word);
        parameters.forEach((name, value) ->
                line.append(' ').append(name).append('=').append(URLEncoder.encode(value, StandardCharsets.UTF_8)));
        return line.toString();
    }

    /**
     * {@return a parameter, or null if it was not given}
     *
     * @param name its name
     */
    public @Nullable String text(String name) {
        return parameters.get(name);
    }

    /**
     * Returns a parameter that is a number.
     *
     * @param name its name
     * @param otherwise what it is if it was not given
     * @param most what it is at most; it is not negative
     * @return the number
     * @throws RequestException if it is none, or out of range
     */
    public int number(String name, int otherwise, int most) throws RequestException {
        String value = Objects.requireNonNullElse(parameters.get(name), Integer.toString(otherwise));
        try {
            int number = Integer.parseInt(value);
            if (number >= 0 && number <= most) {
                return number;
            }
        } catch (NumberFormatException e) {
            // said below
        }
        throw new RequestException("expected " + name + " from 0 to " + most + ", found '" + shown(value) + "'");
    }
}
