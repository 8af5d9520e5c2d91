package dev.weft.testing;

import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.InaccessibleObjectException;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;
import org.junit.platform.commons.support.ReflectionSupport;

/**
 * The instances of a test class, and of the classes around it, for one run after the other.
 *
 * <p>The first run has those that JUnit made; each further one has new ones. What other extensions have put into fields
 * of the first ones ({@code @TempDir}, mocks, arguments of a class) is put into those of the new ones where the
 * constructor has left them null: one and the same object for all runs.
 */
final class Instances {
    private final List<Object> first;
    private final boolean same;

    /** Of each of the first instances, before it ran, what its fields held. */
    private final List<Map<Field, Object>> injected = new ArrayList<>();

    private boolean used;

    /**
     * Begins with the instances that JUnit made.
     *
     * @param first the instance, after those around it
     * @param same whether all runs have these
     */
    Instances(List<Object> first, boolean same) {
        this.first = first;
        this.same = same;
        if (!same) {
            first.forEach(instance -> injected.add(fields(instance)));
        }
    }

    List<Object> forNextRun() {
        if (same || !used) {
            used = true;
            return first;
        }
        List<Object> fresh = new ArrayList<>();
        for (int i = 0; i < first.size(); i++) {
            Object instance = newInstance(first.get(i).getClass(), fresh);
            injected.get(i).forEach((field, value) -> inject(field, instance, value));
            fresh.add(instance);
        }
        return fresh;
    }

    private static Object newInstance(Class<?> type, List<Object> around) {
        boolean inner = type.isMemberClass() && !Modifier.isStatic(type.getModifiers());
        int parameters = inner ? 1 : 0;
        for (Constructor<?> constructor : type.getDeclaredConstructors()) {
            if (constructor.getParameterCount() == parameters) {
                return inner
                        ? ReflectionSupport.newInstance(type, around.getLast())
                        : ReflectionSupport.newInstance(type);
            }
        }
        throw new ExtensionConfigurationException(
                "a test that runs several times needs a new instance of " + type.getName()
                        + " for each run, and it has no constructor without parameters; add one, or use @TestInstance(PER_CLASS) and make the state"
                        + " anew in @BeforeEach");
    }

    private static Map<Field, Object> fields(Object instance) {
        var values = new HashMap<Field, Object>();
        for (Class<?> type = instance.getClass(); type != null && type != Object.class; type = type.getSuperclass()) {
            for (Field field : type.getDeclaredFields()) {
                int modifiers = field.getModifiers();
                if (!Modifier.isStatic(modifiers)
                        && !Modifier.isFinal(modifiers)
                        && !field.getType().isPrimitive()) {
                    Object value = get(field, instance);
                    if (value != null) {
                        values.put(field, value);
                    }
                }
            }
        }
        return values;
    }

    private static @Nullable Object get(Field field, Object instance) {
        try {
            field.setAccessible(true);
            return field.get(instance);
        } catch (InaccessibleObjectException | IllegalAccessException e) {
            return null; // in a module that is open to JUnit only; then other extensions fill the first instance only
        }
    }

    private static void inject(Field field, Object instance, Object value) {
        try {
            if (field.get(instance) == null) {
                field.set(instance, value);
            }
        } catch (IllegalAccessException e) {
            throw new AssertionError("a field that could be read can be written", e);
        }
    }
}
