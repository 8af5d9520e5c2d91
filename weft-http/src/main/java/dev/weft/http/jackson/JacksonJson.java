package dev.weft.http.jackson;

import dev.weft.http.ContentException;
import dev.weft.http.JsonCodec;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.json.JsonMapper;

/** JSON by Jackson 3. Any thread. */
public final class JacksonJson implements JsonCodec {
    private final ObjectMapper mapper;

    /** Makes a codec with Jackson's defaults. */
    public JacksonJson() {
        this(JsonMapper.shared());
    }

    /**
     * Makes a codec.
     *
     * @param mapper how values are written and read; polymorphic typing by class names would let a stranger choose what
     *     is made
     */
    public JacksonJson(ObjectMapper mapper) {
        this.mapper = mapper;
    }

    @Override
    public byte[] encode(Object value) {
        try {
            return mapper.writeValueAsBytes(value);
        } catch (JacksonException e) {
            throw new ContentException(
                    "a value of " + value.getClass().getName() + " cannot be written as JSON: "
                            + e.getOriginalMessage(),
                    e);
        }
    }

    @Override
    public <T> T decode(byte[] json, Class<T> type) {
        try {
            return mapper.readValue(json, type);
        } catch (JacksonException e) {
            throw new ContentException(
                    json.length + " bytes cannot be read as JSON of " + type.getName() + ": " + e.getOriginalMessage(),
                    e);
        }
    }

    @Override
    public String toString() {
        return "JacksonJson";
    }
}
