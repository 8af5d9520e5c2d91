package dev.weft.http;

/**
 * Turns objects into JSON and back: the port behind which a JSON library lives.
 *
 * <p>{@link #installed} finds Jackson if it is on the path. Any other library is a class of two methods.
 */
public interface JsonCodec {
    /**
     * Writes a value.
     *
     * @param value the value
     * @return its JSON in UTF-8
     * @throws ContentException if it cannot be written
     */
    byte[] encode(Object value);

    /**
     * Reads a value.
     *
     * @param json JSON in UTF-8
     * @param type what to make of it
     * @param <T> the type
     * @return the value
     * @throws ContentException if it is no JSON, or cannot be read as this type
     */
    <T> T decode(byte[] json, Class<T> type);

    /**
     * {@return the codec over Jackson 3, which is optional}
     *
     * @throws IllegalStateException if Jackson is not there
     */
    static JsonCodec installed() {
        return InstalledJson.get();
    }
}
