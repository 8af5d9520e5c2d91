package dev.weft.cli.fetch;

import dev.weft.cli.text.JsonText;
import dev.weft.http.Headers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What tells versions of a resource apart, as its server has said with the version that is here, wholly or in part.
 *
 * @param url whose version it is
 * @param tag the ETag; null if there was none
 * @param modified the Last-Modified; null if there was none
 */
record Validators(
        String url, @Nullable String tag, @Nullable String modified) {
    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    static Validators of(String url, Headers headers) {
        return new Validators(url, headers.first("etag"), headers.first("last-modified"));
    }

    /**
     * What a part may be continued with; null if nothing will do. A weak tag does not promise equal bytes (RFC 9110,
     * 13.1.5).
     */
    @Nullable
    String forRange() {
        return tag != null && !tag.startsWith("W/") ? tag : tag == null ? modified : null;
    }

    void write(Path file) throws IOException {
        var json = new JsonText().object().name("url").value(url);
        if (tag != null) {
            json.name("etag").value(tag);
        }
        if (modified != null) {
            json.name("lastModified").value(modified);
        }
        Files.writeString(file, json.endObject() + "\n");
    }

    /** Reads them; null if there are none for this URL. */
    static @Nullable Validators read(Path file, String url) throws IOException {
        try {
            JsonNode json = MAPPER.readTree(Files.readString(file));
            return json.path("url").asString("").equals(url)
                    ? new Validators(
                            url,
                            json.path("etag").asString(null),
                            json.path("lastModified").asString(null))
                    : null;
        } catch (NoSuchFileException | JacksonException e) {
            return null; // without them, all of it is fetched
        }
    }
}
