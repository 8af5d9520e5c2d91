package dev.weft.cli.function;

import dev.weft.cli.map.input.Value;
import dev.weft.cli.text.RawPath;
import java.io.File;
import java.lang.reflect.Array;
import java.lang.reflect.Method;
import java.lang.reflect.Parameter;
import java.lang.reflect.Type;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.json.JsonMapper;

/**
 * Makes the arguments of a method from the values of an input:
 *
 * <ul>
 *   <li>one value and one parameter: the parameter is made from it; a record, a map or another object from its columns,
 *       or from JSON;
 *   <li>as many values as parameters: one each;
 *   <li>one value with columns and several parameters: by name, or else in order.
 * </ul>
 *
 * <p>Text becomes what the parameter is: text, a number, a boolean, a character, a constant of an enum, a path, or
 * whatever JSON makes of it. Thread-safe.
 */
final class Arguments {
    /** Made for the first argument that needs it: most are text or numbers, and it would hold up the first call. */
    private static final class Json {
        static final JsonMapper MAPPER = JsonMapper.builder()
                .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
                .build();
    }

    /** An input that does not fit the method; the message says what was expected and found. */
    @SuppressWarnings("serial") // never leaves its process
    static final class Unfit extends Exception {
        Unfit(String message) {
            super(message, null, false, false);
        }
    }

    @Nullable
    Object[] of(Method method, List<Value> values) throws Unfit {
        return of(method, values, false);
    }

    /**
     * Makes arguments.
     *
     * @param exact whether there is a value for each parameter, and nothing else will do
     */
    @Nullable
    Object[] of(Method method, List<Value> values, boolean exact) throws Unfit {
        Parameter[] parameters = method.getParameters();
        if (parameters.length == 0 && !exact) {
            return new Object[0];
        }
        if (method.isVarArgs() && values.size() != parameters.length) {
            return withRest(parameters, values);
        }
        if (values.size() == parameters.length) {
            @Nullable Object[] arguments = new Object[parameters.length];
            for (int i = 0; i < arguments.length; i++) {
                arguments[i] = from(parameters[i], values.get(i));
            }
            return arguments;
        }
        if (!exact && values.size() == 1 && !values.getFirst().columns().isEmpty()) {
            return fromColumns(method, values.getFirst());
        }
        if (!exact && parameters.length == 1) {
            return new @Nullable Object[] {
                json(parameters[0], values.stream().map(Value::text).toList())
            };
        }
        throw new Unfit("expected " + count(parameters.length) + " for " + method.getName() + ", found "
                + count(values.size()));
    }

    private static String count(int values) {
        return values == 1 ? "1 value" : values + " values";
    }

    private @Nullable Object[] withRest(Parameter[] parameters, List<Value> values) throws Unfit {
        int fixed = parameters.length - 1;
        if (values.size() < fixed) {
            throw new Unfit("expected at least " + count(fixed) + ", found " + count(values.size()));
        }
        @Nullable Object[] arguments = new Object[parameters.length];
        for (int i = 0; i < fixed; i++) {
            arguments[i] = from(parameters[i], values.get(i));
        }
        Class<?> element = parameters[fixed].getType().getComponentType();
        Object rest = Array.newInstance(element, values.size() - fixed);
        for (int i = fixed; i < values.size(); i++) {
            Array.set(rest, i - fixed, from(parameters[fixed], element, element, values.get(i)));
        }
        arguments[fixed] = rest;
        return arguments;
    }

    private @Nullable Object[] fromColumns(Method method, Value value) throws Unfit {
        Parameter[] parameters = method.getParameters();
        Map<String, String> columns = value.columns();
        @Nullable Object[] arguments = new Object[parameters.length];
        boolean byName = UserMethod.names(method).size() == parameters.length
                && columns.keySet().containsAll(UserMethod.names(method).keySet());
        if (!byName && columns.size() != parameters.length) {
            throw new Unfit("expected columns "
                    + Arrays.stream(parameters).map(Parameter::getName).collect(Collectors.joining(", ")) + " for "
                    + method.getName() + ", found " + String.join(", ", columns.keySet()));
        }
        List<String> inOrder = new ArrayList<>(columns.values());
        for (int i = 0; i < arguments.length; i++) {
            String text = byName ? columns.get(parameters[i].getName()) : inOrder.get(i);
            arguments[i] = from(parameters[i], Value.of(String.valueOf(text)));
        }
        return arguments;
    }

    private @Nullable Object from(Parameter parameter, Value value) throws Unfit {
        return from(parameter, parameter.getType(), parameter.getParameterizedType(), value);
    }

    private @Nullable Object from(Parameter parameter, Class<?> type, Type generic, Value value) throws Unfit {
        String text = value.text();
        try {
            if (type.isAssignableFrom(String.class)) {
                return text;
            }
            if (type == Path.class) {
                return RawPath.of(text);
            }
            if (type == File.class) {
                return new File(text);
            }
            if (type == char.class || type == Character.class) {
                if (text.length() == 1) {
                    return text.charAt(0);
                }
                throw unfit(parameter, type, text, "");
            }
            Object number = number(type, text.strip());
            if (number != null) {
                return number;
            }
            if (type.isEnum()) {
                return constant(parameter, type, text);
            }
        } catch (NumberFormatException | InvalidPathException e) {
            throw unfit(parameter, type, text, "");
        }
        JavaType target = Json.MAPPER.constructType(generic);
        boolean container = type.isArray() || Collection.class.isAssignableFrom(type);
        try {
            String start = text.stripLeading();
            boolean document = start.startsWith("{") || start.startsWith("[");
            if (document) {
                return Json.MAPPER.readValue(text, target);
            }
            if (!value.columns().isEmpty() && !container) {
                return Json.MAPPER.convertValue(value.columns(), target);
            }
            return container ? Json.MAPPER.convertValue(List.of(text), target) : Json.MAPPER.convertValue(text, target);
        } catch (JacksonException | IllegalArgumentException e) {
            String why = e instanceof JacksonException known ? known.getOriginalMessage() : e.getMessage();
            throw unfit(
                    parameter,
                    type,
                    text,
                    ": " + String.valueOf(why).lines().findFirst().orElse(""));
        }
    }

    private @Nullable Object json(Parameter parameter, List<String> texts) throws Unfit {
        try {
            return Json.MAPPER.convertValue(texts, Json.MAPPER.constructType(parameter.getParameterizedType()));
        } catch (JacksonException | IllegalArgumentException e) {
            throw unfit(parameter, parameter.getType(), String.join(" ", texts), "");
        }
    }

    private static @Nullable Object number(Class<?> type, String text) throws NumberFormatException {
        if (type == int.class || type == Integer.class) {
            return Integer.valueOf(text);
        }
        if (type == long.class || type == Long.class) {
            return Long.valueOf(text);
        }
        if (type == double.class || type == Double.class) {
            return Double.valueOf(text);
        }
        if (type == boolean.class || type == Boolean.class) {
            if (text.equalsIgnoreCase("true") || text.equalsIgnoreCase("false")) {
                return Boolean.valueOf(text);
            }
            throw new NumberFormatException(text);
        }
        if (type == float.class || type == Float.class) {
            return Float.valueOf(text);
        }
        if (type == short.class || type == Short.class) {
            return Short.valueOf(text);
        }
        if (type == byte.class || type == Byte.class) {
            return Byte.valueOf(text);
        }
        if (type == BigInteger.class) {
            return new BigInteger(text);
        }
        return type == BigDecimal.class ? new BigDecimal(text) : null;
    }

    private static Object constant(Parameter parameter, Class<?> type, String text) throws Unfit {
        for (Object constant : type.getEnumConstants()) {
            if (((Enum<?>) constant).name().equalsIgnoreCase(text.strip().replace('-', '_'))) {
                return constant;
            }
        }
        throw unfit(
                parameter,
                type,
                text,
                "; there are "
                        + Arrays.stream(type.getEnumConstants())
                                .map(each -> ((Enum<?>) each).name())
                                .collect(Collectors.joining(", ")));
    }

    private static Unfit unfit(Parameter parameter, Class<?> type, String text, String more) {
        return new Unfit(
                "expected " + type.getSimpleName() + " for " + parameter.getName() + ", found '" + text + "'" + more);
    }
}
