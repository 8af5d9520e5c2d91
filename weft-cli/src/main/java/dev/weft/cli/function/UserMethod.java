package dev.weft.cli.function;

import dev.weft.cli.CliException;
import dev.weft.cli.function.guard.Exits;
import dev.weft.cli.map.input.Value;
import dev.weft.cli.text.Nearest;
import java.io.IOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Parameter;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A method of users, loaded and ready to be called by any thread. A method that is not static is called on one object,
 * which is made by the constructor without parameters.
 */
final class UserMethod implements AutoCloseable {
    private final FunctionLoader loader;
    private final Method method;
    private final @Nullable Object target;
    private final Arguments arguments = new Arguments();

    private UserMethod(FunctionLoader loader, Method method, @Nullable Object target) {
        this.loader = loader;
        this.method = method;
        this.target = target;
    }

    /**
     * Loads a function.
     *
     * @param spec where it is
     * @param arguments how many arguments it is given; -1 if that is up to the inputs
     * @return the function
     * @throws CliException if it is not there, or there are several that would do
     */
    static UserMethod load(FunctionSpec spec, int arguments) {
        var loader = new FunctionLoader(spec.paths());
        try {
            Class<?> type = Class.forName(spec.className(), true, loader);
            Method method = choose(spec, type, arguments);
            method.setAccessible(true);
            return new UserMethod(
                    loader, method, Modifier.isStatic(method.getModifiers()) ? null : instance(spec, type));
        } catch (ClassNotFoundException e) {
            throw closing(
                    loader,
                    CliException.usage("expected a class " + spec.className() + " in "
                            + String.join(", ", spec.classPath()) + ", found none"
                            + (spec.classPath().isEmpty() ? ": say with --class-path where it is" : "")));
        } catch (LinkageError e) {
            Throwable cause = e instanceof ExceptionInInitializerError && e.getCause() != null ? e.getCause() : e;
            throw closing(loader, CliException.usage("cannot load " + spec.className() + ": " + cause));
        } catch (Exits.ExitCalled e) {
            throw closing(loader, CliException.usage("cannot load " + spec.className() + ": " + e.getMessage()));
        } catch (CliException e) {
            throw closing(loader, e);
        }
    }

    private static CliException closing(FunctionLoader loader, CliException problem) {
        try {
            loader.close();
        } catch (IOException e) {
            problem.addSuppressed(e);
        }
        return problem;
    }

    private static Method choose(FunctionSpec spec, Class<?> type, int arguments) {
        List<Method> named = Stream.<Class<?>>iterate(
                        type, each -> each != null && each != Object.class, Class::getSuperclass)
                .flatMap(each -> Arrays.stream(each.getDeclaredMethods()))
                .filter(each -> each.getName().equals(spec.method()) && !each.isSynthetic())
                .toList();
        if (named.isEmpty()) {
            List<String> names = Arrays.stream(type.getDeclaredMethods())
                    .filter(each -> !each.isSynthetic())
                    .map(Method::getName)
                    .distinct()
                    .sorted()
                    .toList();
            throw CliException.usage("there is no method '" + spec.method() + "' in " + spec.className()
                    + Nearest.to(spec.method(), names)
                            .map(name -> "; did you mean '" + name + "'?")
                            .orElse(names.isEmpty() ? "" : "; it has " + String.join(", ", names)));
        }
        List<Method> fitting = named.size() == 1
                ? named
                : named.stream()
                        .filter(each ->
                                arguments < 0 ? each.getParameterCount() == 1 : each.getParameterCount() == arguments)
                        .toList();
        if (fitting.size() != 1) {
            throw CliException.usage("there are several methods '" + spec.method() + "' in " + spec.className() + ": "
                    + named.stream().map(UserMethod::signature).collect(Collectors.joining(", "))
                    + "; give one of them a name of its own");
        }
        return fitting.getFirst();
    }

    private static String signature(Method method) {
        return method.getName()
                + Arrays.stream(method.getParameterTypes())
                        .map(Class::getSimpleName)
                        .collect(Collectors.joining(", ", "(", ")"));
    }

    private static Object instance(FunctionSpec spec, Class<?> type) {
        try {
            Constructor<?> constructor = type.getDeclaredConstructor();
            constructor.setAccessible(true);
            return constructor.newInstance();
        } catch (NoSuchMethodException e) {
            throw CliException.usage(spec.method() + " is not static, and " + spec.className()
                    + " has no constructor without parameters to make an object with: make the method static");
        } catch (InvocationTargetException e) {
            throw CliException.usage(
                    spec.method() + " is not static, and no " + spec.className() + " can be made: " + e.getCause());
        } catch (ReflectiveOperationException e) {
            throw CliException.usage(
                    spec.method() + " is not static, and no " + spec.className() + " can be made: " + e.getMessage());
        }
    }

    /** {@return what loads its classes} */
    ClassLoader loader() {
        return loader;
    }

    /** {@return whether it returns nothing, so that what it prints is its output} */
    boolean isVoid() {
        return method.getReturnType() == void.class;
    }

    /**
     * Calls it with the values of an input.
     *
     * @param values the values
     * @return what it returns
     * @throws Throwable what it throws
     */
    @Nullable
    Object call(List<Value> values) throws Throwable {
        return invoke(arguments.of(method, values));
    }

    /**
     * Calls it with texts, one for each parameter.
     *
     * @param texts the texts
     * @return what it returns
     * @throws Throwable what it throws
     */
    @Nullable
    Object callWith(List<String> texts) throws Throwable {
        return invoke(arguments.of(method, texts.stream().map(Value::of).toList(), true));
    }

    private @Nullable Object invoke(@Nullable Object[] given) throws Throwable {
        try {
            return method.invoke(target, given);
        } catch (InvocationTargetException e) {
            throw e.getCause() == null ? e : e.getCause();
        }
    }

    /** Says in a line why a call has failed, with the place in the user's code. */
    String reason(Throwable failure) {
        String type = failure.getClass().getSimpleName();
        String message = failure.getMessage();
        StringBuilder line = new StringBuilder();
        if (failure instanceof Exits.ExitCalled || failure instanceof Arguments.Unfit) {
            line.append(message);
        } else {
            line.append(type).append(message == null || message.isEmpty() ? "" : ": " + message);
        }
        for (StackTraceElement frame : failure.getStackTrace()) {
            if ("weft-function".equals(frame.getClassLoaderName()) && frame.getFileName() != null) {
                line.append(" (")
                        .append(frame.getFileName())
                        .append(':')
                        .append(frame.getLineNumber())
                        .append(')');
                break;
            }
        }
        if (failure instanceof OutOfMemoryError) {
            line.append("; --with processes gives each worker a heap of its own");
        }
        return line.toString();
    }

    /** Parameter names, where the class file has them. */
    static Map<String, Parameter> names(Method method) {
        return Arrays.stream(method.getParameters())
                .filter(Parameter::isNamePresent)
                .collect(Collectors.toMap(Parameter::getName, each -> each));
    }

    @Override
    public void close() {
        try {
            loader.close();
        } catch (IOException e) {
            // its jars are read no more
        }
    }
}
