package dev.weft.process;

import dev.weft.process.codec.Codec;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** How a worker learns the codec of its pool: by the name of its class, in a system property. */
final class CodecClass {
    private static final String PROPERTY = "dev.weft.worker.codec";

    private CodecClass() {}

    /** Checks that a worker can make a codec as well. */
    static void check(Codec codec) {
        Class<?> type = codec.getClass();
        boolean good = Modifier.isPublic(type.getModifiers())
                && Stream.of(type.getConstructors()).anyMatch(constructor -> constructor.getParameterCount() == 0);
        if (!good) {
            throw new IllegalArgumentException("codec " + type.getName()
                    + " must be a public class with a public constructor without parameters, so that each worker can make its own;"
                    + " put its settings into the class");
        }
    }

    /** {@return the flags that tell a worker} */
    static List<String> flags(@Nullable Codec codec) {
        if (codec == null) {
            return List.of();
        }
        List<String> flags = new ArrayList<>(codec.jvmArgs());
        flags.add("-D" + PROPERTY + "=" + codec.getClass().getName());
        return flags;
    }

    /** {@return the codec of this worker, or null for JDK serialization} */
    static Codec.@Nullable Session open() throws ReflectiveOperationException {
        String name = System.getProperty(PROPERTY);
        return name == null
                ? null
                : Class.forName(name, true, UserClasses.loader())
                        .asSubclass(Codec.class)
                        .getConstructor()
                        .newInstance()
                        .open();
    }
}
