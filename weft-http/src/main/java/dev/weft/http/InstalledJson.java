package dev.weft.http;

import dev.weft.http.jackson.JacksonJson;
import org.jspecify.annotations.Nullable;

/** Finds the JSON library that is there. */
final class InstalledJson {
    private static volatile @Nullable JsonCodec codec;

    private InstalledJson() {}

    static JsonCodec get() {
        JsonCodec known = codec;
        if (known == null) {
            known = find();
            codec = known;
        }
        return known;
    }

    private static JsonCodec find() {
        try {
            return new JacksonJson();
        } catch (NoClassDefFoundError e) {
            throw new IllegalStateException(
                    "no JSON library was found: add tools.jackson.core:jackson-databind, or give a JsonCodec of your own",
                    e);
        }
    }
}
