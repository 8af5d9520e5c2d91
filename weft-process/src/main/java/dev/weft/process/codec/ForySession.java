package dev.weft.process.codec;

import java.io.IOException;
import java.io.InvalidClassException;
import java.io.OutputStream;
import java.io.Serializable;
import java.lang.invoke.SerializedLambda;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.apache.fory.Fory;
import org.apache.fory.context.ReadContext;
import org.apache.fory.context.WriteContext;
import org.apache.fory.logging.LogLevel;
import org.apache.fory.logging.LoggerFactory;
import org.apache.fory.memory.MemoryBuffer;
import org.apache.fory.resolver.TypeResolver;
import org.apache.fory.serializer.JdkProxySerializer;
import org.apache.fory.serializer.LambdaSerializer;
import org.apache.fory.serializer.Serializer;
import org.jspecify.annotations.Nullable;

/**
 * Writes and reads with instances of Fory, each used by one thread at a time.
 *
 * <p>An instance remembers which classes it has accepted, so those that read with a filter read nothing else, and a
 * session belongs to one pool, whose filter never takes back what it has once allowed. Fory asks the filter by name,
 * before it makes an object; besides, what Fory would read without asking and could run code of a worker's choice
 * (lambdas, proxies) is replaced by what refuses it.
 */
final class ForySession implements Codec.Session {
    private static final int MOST_KEPT_BYTES = 1 << 20;

    /** What instances differ by: where they look classes up, and whether they are filtered. */
    private record Use(ClassLoader loader, boolean filtered) {}

    private final Map<Use, ConcurrentLinkedDeque<Instance>> idle = new ConcurrentHashMap<>();

    ForySession() {
        LoggerFactory.setLogLevel(
                LogLevel.ERROR_LEVEL); // it would print to standard output that classes are not registered
    }

    private Instance take(Use use) {
        Instance instance =
                idle.computeIfAbsent(use, _ -> new ConcurrentLinkedDeque<>()).pollFirst();
        return instance == null ? new Instance(use) : instance;
    }

    /** Gives an instance back; not after a failure, which may have left it in a state that nobody knows. */
    private void giveBack(Instance instance) {
        ConcurrentLinkedDeque<Instance> others = idle.get(instance.use);
        if (others != null) {
            others.addFirst(instance);
        }
    }

    @Override
    public void write(Object value, OutputStream out, Consumer<Class<?>> sent) throws IOException {
        ClassLoader own = value.getClass().getClassLoader();
        Instance instance = take(new Use(own == null ? ClassLoader.getSystemClassLoader() : own, false));
        instance.sent = sent;
        MemoryBuffer buffer = instance.buffer;
        buffer.writerIndex(0);
        instance.fory.serialize(buffer, value);
        out.write(buffer.getHeapMemory(), 0, buffer.writerIndex());
        instance.sent = null;
        if (buffer.size() > MOST_KEPT_BYTES) {
            instance.buffer = MemoryBuffer.newHeapBuffer(512);
        }
        giveBack(instance);
    }

    @Override
    public @Nullable Object read(ByteBuffer in, ClassLoader loader, @Nullable Predicate<Class<?>> filter)
            throws IOException {
        Instance instance = take(new Use(loader, filter != null));
        instance.filter = filter;
        Object value = instance.fory.deserialize(
                MemoryBuffer.fromByteArray(in.array(), in.arrayOffset() + in.position(), in.remaining()));
        instance.filter = null;
        giveBack(instance);
        return value;
    }

    @Override
    public boolean writes(Class<?> type) {
        if (type.isHidden() || type.getClassLoader() == null) {
            return Serializable.class.isAssignableFrom(type) || type.isArray() || type == Object.class;
        }
        return !ClassLoader.class.isAssignableFrom(type) && !Thread.class.isAssignableFrom(type);
    }

    /** One Fory, and what it is used for at the moment. */
    private static final class Instance {
        final Use use;
        final Fory fory;
        MemoryBuffer buffer = MemoryBuffer.newHeapBuffer(512);

        @Nullable
        Predicate<Class<?>> filter;

        @Nullable
        Consumer<Class<?>> sent;

        Instance(Use use) {
            this.use = use;
            fory = Fory.builder()
                    .withXlang(false)
                    .withCompatible(false) // both sides have the same classes
                    .withRefTracking(true)
                    .requireClassRegistration(false)
                    .withTypeChecker(this::check)
                    .suppressClassRegistrationWarnings(true)
                    .withClassLoader(use.loader())
                    .withCodegen(seesThisFory(use.loader())) // which the code that it generates must see
                    .build();
            if (use.filtered()) {
                refuse(LambdaSerializer.ReplaceStub.class, SerializedLambda.class);
                refuse(SerializedLambda.class, SerializedLambda.class);
                refuse(JdkProxySerializer.ReplaceStub.class, Proxy.class);
            }
        }

        private static boolean seesThisFory(ClassLoader loader) {
            try {
                return Class.forName(Fory.class.getName(), false, loader) == Fory.class;
            } catch (ClassNotFoundException e) {
                return false;
            }
        }

        private <T> void refuse(Class<T> stub, Class<?> kind) {
            fory.registerSerializer(stub, new Refusing<>(fory.getTypeResolver(), stub, kind, this));
        }

        /** Fory's question whether it may write or read a class. */
        private boolean check(TypeResolver resolver, String name) {
            if (use.filtered()) {
                return takes(find(name));
            }
            Consumer<Class<?>> tell = sent;
            if (tell != null) {
                Class<?> type = find(name);
                if (type != null) {
                    tell.accept(type);
                }
            }
            return true;
        }

        private @Nullable Class<?> find(String name) {
            try {
                return Class.forName(name, false, use.loader());
            } catch (ClassNotFoundException | LinkageError e) {
                return null; // hidden, or not here, which the next step says better
            }
        }

        boolean takes(@Nullable Class<?> type) {
            Predicate<Class<?>> current = filter;
            return type != null && current != null && current.test(type);
        }
    }

    /** Stands where Fory would rebuild code. */
    private static final class Refusing<T> extends Serializer<T> {
        private final Class<?> kind;
        private final Instance instance;

        Refusing(TypeResolver resolver, Class<T> stub, Class<?> kind, Instance instance) {
            super(resolver.getConfig(), stub);
            this.kind = kind;
            this.instance = instance;
        }

        @Override
        public void write(WriteContext context, T value) {
            throw new UnsupportedOperationException("an instance that reads only was to write");
        }

        @Override
        @SuppressWarnings("TypeParameterUnusedInFormals") // the signature of Fory
        public T read(ReadContext context) {
            boolean _ = instance.takes(kind); // has the refusal named
            throw new IllegalArgumentException(
                    new InvalidClassException(kind.getName(), "a worker sent code, which the pool does not take"));
        }
    }
}
