package dev.weft.process.isolated;

import dev.weft.process.codec.Codec;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.ObjectStreamClass;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Makes bytes of objects, and objects of the classes of another loader of them. */
final class Copier {
    private static final byte[] NULL = {};

    private final Codec.@Nullable Session codec;

    /**
     * Makes a copier.
     *
     * @param codec what it copies with, or null for JDK serialization
     */
    Copier(Codec.@Nullable Session codec) {
        this.codec = codec;
    }

    byte[] write(@Nullable Object value) throws IOException {
        if (value == null) {
            return NULL;
        }
        var bytes = new ByteArrayOutputStream(512);
        if (codec == null) {
            return writePlainly(value);
        }
        codec.write(value, bytes, _ -> {});
        return bytes.toByteArray();
    }

    /** Writes by JDK serialization, which exceptions need. */
    static byte[] writePlainly(Object value) throws IOException {
        var bytes = new ByteArrayOutputStream(512);
        try (var out = new ObjectOutputStream(bytes)) {
            out.writeObject(value);
        }
        return bytes.toByteArray();
    }

    @Nullable
    Object read(byte[] bytes, ClassLoader loader) throws IOException, ReflectiveOperationException {
        if (bytes.length == 0) {
            return null;
        }
        return codec == null ? readPlainly(bytes, loader) : codec.read(ByteBuffer.wrap(bytes), loader, null);
    }

    /** Reads what {@link #writePlainly} wrote. */
    static Object readPlainly(byte[] bytes, ClassLoader loader) throws IOException, ReflectiveOperationException {
        try (var in = new LoadedStream(new ByteArrayInputStream(bytes), loader)) {
            return in.readObject();
        }
    }

    /** Looks classes up in a given loader. Both ends are in this JVM, and trust each other. */
    private static final class LoadedStream extends ObjectInputStream {
        private final ClassLoader loader;

        LoadedStream(InputStream in, ClassLoader loader) throws IOException {
            super(in);
            this.loader = loader;
        }

        @Override
        protected Class<?> resolveClass(ObjectStreamClass description) throws ClassNotFoundException {
            Class<?> primitive = Class.forPrimitiveName(description.getName());
            return primitive != null ? primitive : Class.forName(description.getName(), false, loader);
        }
    }
}
