package dev.weft.cli.function;

import dev.weft.cli.text.RawPath;
import dev.weft.cli.text.RawText;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * Says results of functions as text: text as it is, bytes as they are, numbers and names as text, anything else as JSON
 * on one line.
 */
final class ResultText {
    /** Made for the first result that needs it, which are few. */
    private static final class Json {
        static final JsonMapper MAPPER = JsonMapper.builder()
                .enable(SerializationFeature.FAIL_ON_EMPTY_BEANS)
                .build();
    }

    /**
     * A result as text.
     *
     * @param bytes the text with its end of line; empty for no result
     * @param json whether it is a JSON document
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Said(byte[] bytes, boolean json) {}

    /**
     * Says a result.
     *
     * @param result the result; null for none
     * @return its text
     * @throws Arguments.Unfit if there is no way to say it
     */
    Said of(@Nullable Object result) throws Arguments.Unfit {
        return switch (result) {
            case null -> new Said(new byte[0], false);
            case Optional<?> optional -> of(optional.orElse(null));
            case byte[] bytes -> new Said(bytes, false);
            case CharSequence text -> line(text.toString(), false);
            case Number number when number.getClass().getName().startsWith("java.") -> line(number.toString(), true);
            case Boolean truth -> line(truth.toString(), true);
            case Character letter -> line(letter.toString(), false);
            case Enum<?> constant -> line(constant.name(), false);
            case Path path -> line(RawPath.text(path), false);
            case File file -> line(file.toString(), false);
            case URI uri -> line(uri.toString(), false);
            default -> json(result);
        };
    }

    private static Said line(String text, boolean json) {
        boolean number = json && !text.equals("NaN") && !text.endsWith("Infinity");
        return new Said(RawText.encode(text.endsWith("\n") ? text : text + "\n"), number);
    }

    private Said json(Object result) throws Arguments.Unfit {
        if (result instanceof Thread || result instanceof AutoCloseable || result instanceof ClassLoader) {
            throw new Arguments.Unfit("expected a result that can be said as text or JSON, found a "
                    + result.getClass().getName());
        }
        try {
            var out = new ByteArrayOutputStream();
            Json.MAPPER.writeValue(out, result);
            out.writeBytes("\n".getBytes(StandardCharsets.US_ASCII));
            return new Said(out.toByteArray(), true);
        } catch (JacksonException e) {
            throw new Arguments.Unfit("expected a result that can be said as text or JSON, found a "
                    + result.getClass().getName() + ": "
                    + String.valueOf(e.getOriginalMessage()).lines().findFirst().orElse(""));
        } catch (StackOverflowError e) {
            throw new Arguments.Unfit("expected a result that can be said as text or JSON, found a "
                    + result.getClass().getName() + " that contains itself");
        }
    }
}
