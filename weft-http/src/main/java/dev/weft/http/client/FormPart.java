package dev.weft.http.client;

import dev.weft.http.Headers;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One part of the form that {@link RequestBody#multipart} sends: a field, or a file. Immutable, but for what its body
 * is.
 */
public final class FormPart {
    private static final Set<String> RESERVED = Set.of("content-disposition", "content-type", "content-length");

    private final String name;
    private final @Nullable String fileName;
    private final RequestBody body;
    private final Headers headers;

    private FormPart(String name, @Nullable String fileName, RequestBody body, Headers headers) {
        this.name = name;
        this.fileName = fileName;
        this.body = body;
        this.headers = headers;
    }

    /**
     * {@return a field with a text, sent in UTF-8}
     *
     * @param name its name
     * @param value the text
     */
    public static FormPart field(String name, String value) {
        return of(name, null, RequestBody.bytes(null, value.getBytes(StandardCharsets.UTF_8)));
    }

    /**
     * {@return a file, under the last part of its path, of the type that its name tells, read beside the loop while it
     * is sent}
     *
     * @param name the name of the field
     * @param file the file
     * @throws UncheckedIOException if it is not there
     */
    public static FormPart file(String name, Path file) {
        return of(name, String.valueOf(file.getFileName()), RequestBody.file(null, file));
    }

    /**
     * {@return a part with any body, which says what type it is of}
     *
     * @param name the name of the field
     * @param fileName what the server is told that the file is called, or null if the part is no file
     * @param body the content; if it can be sent once only, so can the form
     */
    public static FormPart of(String name, @Nullable String fileName, RequestBody body) {
        return new FormPart(name, fileName, body, Headers.of());
    }

    /**
     * Adds a header field to the part.
     *
     * @param field its name
     * @param value its value
     * @return a part with it
     * @throws IllegalArgumentException if the name is no token, the value holds a control character, or the field is
     *     one that is made from the rest of the part
     */
    public FormPart header(String field, String value) {
        if (RESERVED.contains(field.toLowerCase(Locale.ROOT))) {
            throw new IllegalArgumentException(
                    "the header '" + field + "' of a part is made from its name and its body; leave it out");
        }
        return new FormPart(name, fileName, body, headers.with(field, value));
    }

    RequestBody body() {
        return body;
    }

    /** {@return the header as it goes out, with the empty line that ends it} */
    byte[] head() {
        var head = new StringBuilder("Content-Disposition: form-data; name=\"").append(escaped(name));
        if (fileName != null) {
            head.append("\"; filename=\"").append(escaped(fileName));
        }
        head.append("\"\r\n");
        String type = body.contentType();
        if (type != null || fileName != null) {
            String checked = type == null
                    ? "application/octet-stream"
                    : Headers.of("content-type", type).first("content-type");
            head.append("Content-Type: ").append(checked).append("\r\n");
        }
        headers.forEach(field -> head.append(field.getKey())
                .append(": ")
                .append(field.getValue())
                .append("\r\n"));
        return head.append("\r\n").toString().getBytes(StandardCharsets.UTF_8);
    }

    /**
     * As browsers do it (the HTML standard, "multipart/form-data encoding algorithm"): UTF-8 as it is, and nothing that
     * ends the quotes or the line.
     */
    private static String escaped(String value) {
        return value.replace("\"", "%22").replace("\r", "%0D").replace("\n", "%0A");
    }

    @Override
    public String toString() {
        return "FormPart[" + name + (fileName == null ? "" : ", file " + fileName) + "]";
    }
}
