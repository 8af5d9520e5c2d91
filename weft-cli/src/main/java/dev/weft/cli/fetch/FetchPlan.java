package dev.weft.cli.fetch;

import dev.weft.cli.map.input.Input;
import dev.weft.cli.map.run.Work;
import dev.weft.http.client.RateLimit;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How URLs are fetched.
 *
 * @param url makes the URL of an input, as the only word
 * @param method the method
 * @param headers makes lines of {@code Name: value}, a word each
 * @param data makes the body, as the only word; null for none
 * @param output makes the name of the file, as the only word; a name that ends with a slash is a directory, in which
 *     files are named after host and path; null for no file
 * @param ifChanged whether files are fetched only if the server has another version than the last time
 * @param perHost how many connections to one host at once
 * @param rate how often a host is asked; null for as often as it goes
 * @param document whether the answer is a JSON document, and not the body itself
 */
public record FetchPlan(
        Work.Words url,
        String method,
        Work.Words headers,
        Work.@Nullable Words data,
        Work.@Nullable Words output,
        boolean ifChanged,
        int perHost,
        @Nullable RateLimit rate,
        boolean document) {
    static String only(Work.Words words, Input input, int slot) {
        return String.join(" ", words.of(input, slot));
    }

    List<String> headerLines(Input input, int slot) {
        return headers.of(input, slot);
    }
}
