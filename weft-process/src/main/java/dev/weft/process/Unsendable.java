package dev.weft.process;

import dev.weft.process.codec.Codec;
import java.io.Externalizable;
import java.io.IOException;
import java.io.NotSerializableException;
import java.io.ObjectOutputStream;
import java.io.ObjectStreamClass;
import java.io.OutputStream;
import java.io.Serializable;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandleInfo;
import java.lang.invoke.SerializedLambda;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Says why something could not be serialized: which object is in the way, by which fields it is reached, and what to do
 * about it.
 *
 * <p>JDK serialization names only the class of the object. The path is found afterwards by a breadth-first walk over
 * what it would have written, so that the shortest one is named.
 */
final class Unsendable {
    private static final int MOST_OBJECTS = 100_000;
    private static final String CAPTURED = "captured";
    private static final String LAMBDA_REMEDY =
            "Give the lambda a type that is Serializable, such as dev.weft.Job, dev.weft.JobFunction, or a cast"
                    + " to (Function<A, B> & Serializable)";
    private static final String THIS = CAPTURED + " this";

    /** How an object was reached. */
    private record Step(@Nullable Step from, String how, Object object) {}

    private Unsendable() {}

    /** {@return what to fail a task with whose work could not be serialized because of {@code problem}} */
    static TransferException work(Object work, Throwable problem, Codec.@Nullable Session codec) {
        String what = "the work cannot be sent to a worker process: ";
        if (problem instanceof TransferException tooLarge) {
            return new TransferException(what + tooLarge.getMessage(), null);
        }
        if (!(work instanceof Serializable) && codec == null) {
            return new TransferException(what + plainCallable(work), problem);
        }
        return new TransferException(what + reason(work, problem, codec), problem);
    }

    /**
     * {@return what to fail an element of a map with whose input could not be serialized because of {@code problem}}
     */
    static TransferException input(
            long index, @Nullable Object input, Throwable problem, Codec.@Nullable Session codec) {
        String what = "input " + index + " of the map cannot be sent to a worker process: ";
        if (problem instanceof TransferException tooLarge) {
            return new TransferException(what + tooLarge.getMessage(), null);
        }
        return new TransferException(what + reason(input, problem, codec), problem);
    }

    /** {@return what to throw where a value cannot be sent to another process because of {@code problem}} */
    static TransferException message(@Nullable Object value, Throwable problem) {
        String what = "the value cannot be sent to another process: ";
        if (problem instanceof TransferException tooLarge) {
            return new TransferException(what + tooLarge.getMessage(), null);
        }
        return new TransferException(what + reason(value, problem, null), problem);
    }

    /** {@return what to fail a task with whose result could not be serialized because of {@code problem}} */
    static TransferException result(@Nullable Object result, Throwable problem, Codec.@Nullable Session codec) {
        String what = "the task ended, but its result cannot be sent back: ";
        if (problem instanceof TransferException tooLarge) {
            return new TransferException(what + tooLarge.getMessage(), null);
        }
        return new TransferException(what + reason(result, problem, codec), problem);
    }

    private static String plainCallable(Object work) {
        if (work.getClass().getName().startsWith("java.util.concurrent.Executors$")) {
            return "it was submitted as a Runnable, which is not serializable. Submit a dev.weft.Job instead, that is a lambda that returns a"
                    + " value: submit(() -> { ...; return null; })";
        }
        return "its class " + work.getClass().getName()
                + " is a plain Callable, which is not serializable. Declare it as dev.weft.Job"
                + " (Job<Result> job = () -> ...), or give the lambda to submit directly";
    }

    private static String reason(@Nullable Object root, Throwable problem, Codec.@Nullable Session codec) {
        if (problem instanceof StackOverflowError) {
            return "it is nested too deeply for serialization (a long chain of objects, each referring to the next); send it as an array or list";
        }
        boolean named = problem instanceof NotSerializableException;
        if ((!named && codec == null) || root == null) {
            return "its serialization failed with " + problem;
        }
        Predicate<Class<?>> sendable =
                codec == null ? Serializable.class::isAssignableFrom : type -> isSendable(type, codec);
        Step culprit = search(root, named ? String.valueOf(problem.getMessage()) : "", sendable);
        if (culprit == null && !named) {
            return "its serialization failed with " + problem;
        }
        if (culprit == null) {
            return problem.getMessage()
                    + " is not serializable. Send what it is made from instead, or make its class Serializable";
        }
        boolean lambda = culprit.object().getClass().isHidden();
        if (codec != null && !lambda) {
            return describe(culprit.object()) + " cannot be sent. "
                    + (culprit.from() == null ? "" : "It is reached by " + path(culprit) + ". ")
                    + "Send what it is made from instead, or make the field transient";
        }
        String name = describe(culprit.object()) + " is not serializable. ";
        return culprit.from() == null
                ? name
                        + "Make its class Serializable, or return something that is, such as a record that implements Serializable"
                : name + "It is reached by " + path(culprit) + ". " + (lambda ? LAMBDA_REMEDY : remedy(culprit));
    }

    /** Lambdas are sent by JDK serialization also where there is a codec. */
    private static boolean isSendable(Class<?> type, Codec.Session codec) {
        return type.isHidden() ? Serializable.class.isAssignableFrom(type) : codec.writes(type);
    }

    private static String path(Step step) {
        var steps = new ArrayDeque<String>();
        for (Step s = step; s != null; s = s.from()) {
            steps.addFirst(s.how());
        }
        return String.join(" -> ", steps);
    }

    private static String remedy(Step culprit) {
        for (Step s = culprit; s != null; s = s.from()) {
            if (s.how().startsWith(THIS)) {
                return "The lambda captures its enclosing object because it uses a field or method of it: copy what it needs to local"
                        + " variables before the lambda, or make the field transient";
            }
        }
        if (culprit.how().startsWith(CAPTURED)) {
            return "Send what it is made from instead, such as a path, an address or an id, and make it inside the work";
        }
        return "Make the field transient, or make the class Serializable";
    }

    private static @Nullable Step search(Object root, String className, Predicate<Class<?>> sendable) {
        Set<Object> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        var queue = new ArrayDeque<Step>();
        queue.add(new Step(null, describe(root), root));
        Step other = null;
        while (!queue.isEmpty() && seen.size() < MOST_OBJECTS) {
            Step step = queue.remove();
            if (!seen.add(step.object())) {
                continue;
            }
            if (isBuffer(step.object())) {
                continue; // has a form of its own
            }
            if (sendable.test(step.object().getClass())) {
                queue.addAll(next(step, sendable));
            } else if (step.object().getClass().getName().equals(className)) {
                return step;
            } else if (other == null) {
                other = step;
            }
        }
        return other;
    }

    private static boolean isBuffer(Object object) {
        return object instanceof ByteBuffer || object instanceof MemorySegment;
    }

    private static String describe(Object object) {
        String name = object.getClass().getName();
        int lambda = object.getClass().isHidden() ? name.indexOf("$$Lambda") : -1;
        return lambda < 0 ? name : "a lambda in " + name.substring(0, lambda);
    }

    /** {@return the objects that serialization writes when it writes this one, as far as they can be looked at} */
    private static List<Step> next(Step step, Predicate<Class<?>> sendable) {
        Object object = step.object();
        List<Step> next = new ArrayList<>();
        if (object instanceof Object[] array) {
            for (int i = 0; i < array.length; i++) {
                add(next, step, "element " + i, array[i]);
            }
        } else if (object.getClass().getName().startsWith("java.")) {
            elements(step, next);
        } else {
            Object replacement = replacement(object);
            if (replacement instanceof SerializedLambda lambda) {
                captured(step, lambda, next);
            } else if (replacement != object) {
                add(next, step, "its replacement", replacement);
            } else if (!(object instanceof Externalizable)) {
                fields(step, next, sendable);
            }
        }
        return next;
    }

    private static void add(List<Step> next, Step from, String how, @Nullable Object object) {
        if (object != null) {
            next.add(new Step(from, how + " (" + describe(object) + ")", object));
        }
    }

    private static void captured(Step step, SerializedLambda lambda, List<Step> next) {
        int enclosing = lambda.getImplMethodKind() == MethodHandleInfo.REF_invokeStatic ? 0 : 1;
        for (int i = 0; i < lambda.getCapturedArgCount(); i++) {
            add(
                    next,
                    step,
                    i < enclosing ? THIS : CAPTURED + " value " + (i + 1 - enclosing),
                    lambda.getCapturedArg(i));
        }
    }

    private static void elements(Step step, List<Step> next) {
        switch (step.object()) {
            case Map<?, ?> map ->
                map.forEach((key, value) -> {
                    add(next, step, "a key", key);
                    add(next, step, "the value of key " + abbreviated(key), value);
                });
            case Iterable<?> elements -> {
                int i = 0;
                for (Object element : elements) {
                    add(next, step, "element " + i++, element);
                }
            }
            case AtomicReference<?> reference -> add(next, step, "its value", reference.get());
            default -> {} // no other class of the JDK is looked into
        }
    }

    private static String abbreviated(@Nullable Object key) {
        String text = key instanceof String || key instanceof Number || key instanceof Enum
                ? key.toString()
                : "of another class";
        return text.length() > 40 ? text.substring(0, 40) + "..." : text;
    }

    private static void fields(Step step, List<Step> next, Predicate<Class<?>> sendable) {
        Object object = step.object();
        for (Class<?> type = object.getClass(); type != null && sendable.test(type); type = type.getSuperclass()) {
            ObjectStreamClass form = ObjectStreamClass.lookup(type);
            for (Field field : type.getDeclaredFields()) {
                if (Modifier.isStatic(field.getModifiers())
                        || field.getType().isPrimitive()
                        || !isWritten(form, type, field)) {
                    continue;
                }
                if (UserClasses.open(field)) {
                    try {
                        add(next, step, type.getSimpleName() + "." + field.getName(), field.get(object));
                    } catch (IllegalAccessException e) {
                        throw new AssertionError("a field that was made accessible is not", e);
                    }
                }
            }
        }
    }

    private static boolean isWritten(@Nullable ObjectStreamClass form, Class<?> type, Field field) {
        if (form == null || type.isRecord()) {
            return !Modifier.isTransient(field.getModifiers());
        }
        return form.getField(field.getName()) != null;
    }

    /**
     * {@return what JDK serialization writes in the place of an object: what its writeReplace returns, or the object
     * itself}
     */
    private static @Nullable Object replacement(Object object) {
        var replaced = new ArrayList<@Nullable Object>(1);
        // Sees the object after the JDK has replaced it, and writes nothing.
        final class Probe extends ObjectOutputStream {
            Probe() throws IOException {
                super(OutputStream.nullOutputStream());
                enableReplaceObject(true);
            }

            @Override
            protected @Nullable Object replaceObject(@Nullable Object written) {
                replaced.add(written);
                return null;
            }
        }
        try (var probe = new Probe()) {
            probe.writeObject(object);
        } catch (Exception e) {
            return object; // what fails here is not a lambda, and its fields are looked at
        }
        return replaced.isEmpty() ? object : replaced.getFirst();
    }
}
