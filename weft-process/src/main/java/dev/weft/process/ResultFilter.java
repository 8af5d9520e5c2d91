package dev.weft.process;

import dev.weft.process.internal.Transfer;
import java.io.ObjectInputFilter;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Decides which classes a pool takes from its workers. They run the user's code and may have been taken over through
 * it; what they send must not run code here.
 *
 * <p>Taken are values of the JDK, arrays, enums, records, exceptions, classes of which an object was sent, classes with
 * the first two package names of the class that holds some work, and what the user has allowed. Thread-safe.
 */
final class ResultFilter {
    private static final int DEEPEST = 2000;

    /**
     * Packages of the JDK whose serializable classes are values, or collections that run code only of what they hold.
     */
    private static final Set<String> VALUE_PACKAGES = Set.of(
            "java.lang",
            "java.math",
            "java.time",
            "java.time.chrono",
            "java.time.zone",
            "java.util",
            "java.util.concurrent",
            "java.util.concurrent.atomic",
            "java.util.concurrent.locks");

    private static final Set<String> VALUE_CLASSES = Set.of(
            "java.io.File",
            "java.net.URI",
            "java.net.InetAddress",
            "java.net.Inet4Address",
            "java.net.Inet6Address",
            "java.net.InetSocketAddress");

    private final List<String> patterns;
    private final String who;
    private final String remedy;
    private final Set<String> roots = ConcurrentHashMap.newKeySet();
    private final Set<Class<?>> classes = ConcurrentHashMap.newKeySet();

    ResultFilter(List<String> patterns) {
        this(
                patterns,
                "this pool does not take from its workers",
                "when the pool is built: ProcessPool.builder().allow(\"%s\")");
    }

    /**
     * Makes a filter.
     *
     * @param patterns what the user has allowed
     * @param who who does not take it from whom
     * @param remedy how to allow it, with the name of the class as {@code %s}
     */
    ResultFilter(List<String> patterns, String who, String remedy) {
        this.patterns = patterns;
        this.who = who;
        this.remedy = remedy;
    }

    static String checkedPattern(String pattern) {
        String name = pattern.endsWith(".**")
                ? pattern.substring(0, pattern.length() - 3)
                : pattern.endsWith(".*") ? pattern.substring(0, pattern.length() - 2) : pattern;
        boolean good = !name.isEmpty();
        for (String part : name.split("\\.", -1)) {
            good &= !part.isEmpty()
                    && Character.isJavaIdentifierStart(part.charAt(0))
                    && part.chars().allMatch(Character::isJavaIdentifierPart);
        }
        if (!good) {
            throw new IllegalArgumentException(
                    "expected the name of a class, or of a package followed by .* or .**, and found '" + pattern + "'");
        }
        return pattern;
    }

    /** Takes from now on what has the same first two package names as the class of some work. */
    void trustApplication(Class<?> work) {
        roots.add(root(work.getPackageName()));
    }

    /**
     * Takes from now on a class that was sent to a worker; which classes of the JDK are taken is not for what was sent
     * to say.
     */
    void trustClass(Class<?> sent) {
        if (sent.getClassLoader() != null) {
            classes.add(sent);
        }
    }

    private static String root(String packageName) {
        int first = packageName.indexOf('.');
        int second = first < 0 ? -1 : packageName.indexOf('.', first + 1);
        return second < 0 ? packageName : packageName.substring(0, second);
    }

    private boolean takes(Class<?> type) {
        if (type.isPrimitive()
                || Enum.class.isAssignableFrom(type)
                || Record.class.isAssignableFrom(type)
                || Throwable.class.isAssignableFrom(type)
                || Transfer.isPortable(type)) {
            return true;
        }
        String name = type.getName();
        String packageName = type.getPackageName();
        if (type.getClassLoader() == null && (VALUE_PACKAGES.contains(packageName) || VALUE_CLASSES.contains(name))) {
            return true;
        }
        if (type.getClassLoader() != null && (classes.contains(type) || roots.contains(root(packageName)))) {
            return true;
        }
        for (String pattern : patterns) {
            if (pattern.endsWith(".**")
                    ? name.startsWith(pattern.substring(0, pattern.length() - 2))
                    : pattern.endsWith(".*")
                            ? packageName.equals(pattern.substring(0, pattern.length() - 2))
                            : name.equals(pattern)) {
                return true;
            }
        }
        return false;
    }

    /** {@return a filter for one message} */
    OneMessage forMessage(int length) {
        return new OneMessage(length);
    }

    /** Filters one message, and remembers what it refused. */
    final class OneMessage implements ObjectInputFilter {
        private final long longestArray;
        /** How many elements all arrays so far have. */
        private long elements;

        private @Nullable String refused;
        private @Nullable Class<?> expected;

        OneMessage(int length) {
            // An element takes at least a byte of the message; hash tables have up to about three slots for one.
            longestArray = 64 + 4L * length;
        }

        /** {@return what was refused and the remedy, or null} */
        @Nullable
        String refused() {
            return refused;
        }

        /**
         * Has the next class taken that the JDK asks for, which is the one of an object that was made here, and not by
         * what the message names.
         */
        void expect(Class<?> madeHere) {
            expected = madeHere;
        }

        @Override
        public Status checkInput(FilterInfo info) {
            if (expected != null && expected == info.serialClass()) {
                expected = null;
                return Status.ALLOWED;
            }
            if (info.arrayLength() > longestArray || info.depth() > DEEPEST) {
                refused = "its message is malformed: it claims an array of " + info.arrayLength()
                        + " elements, at depth " + info.depth();
                return Status.REJECTED;
            }
            elements += Math.max(0, info.arrayLength());
            if (elements > longestArray) {
                refused = "its message is malformed: it claims arrays of " + elements + " elements together";
                return Status.REJECTED;
            }
            Class<?> type = info.serialClass();
            if (type == null) {
                return Status.UNDECIDED;
            }
            return takes(type) ? Status.ALLOWED : Status.REJECTED;
        }

        /** {@return whether objects of a class, or arrays of them, are taken} Remembers it if not. */
        boolean takes(Class<?> type) {
            Class<?> element = type;
            while (element.isArray()) {
                element = element.getComponentType();
            }
            if (ResultFilter.this.takes(element)) {
                return true;
            }
            refused = "it contains a " + element.getName() + ", which " + who + ". Allow it "
                    + remedy.replace("%s", element.getName());
            return false;
        }
    }
}
