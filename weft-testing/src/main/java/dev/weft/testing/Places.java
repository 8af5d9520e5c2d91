package dev.weft.testing;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Where in the code of users something happens. */
final class Places {
    /** Frames that are no code of users; tests of Weft itself, whose packages are the same, count as users. */
    private static final List<String> MACHINERY =
            List.of("java.", "jdk.", "sun.", "dev.weft.loop.", "dev.weft.sync.", "org.junit.");

    private static final List<String> INPUT_OUTPUT =
            List.of("sun.nio.ch.", "java.net.", "java.lang.Process", "java.io.FileInputStream", "sun.nio.fs.");

    private static final StackWalker WALKER = StackWalker.getInstance();

    private Places() {}

    /** {@return the innermost frame of users on the stack of the caller} */
    static String ofCaller() {
        return WALKER.walk(Places::first);
    }

    private static String first(Stream<StackWalker.StackFrame> frames) {
        return frames.filter(frame -> isUsers(frame.getClassName(), frame.getFileName()))
                .findFirst()
                .map(frame -> frame.toStackTraceElement().toString())
                .orElse("an unknown place");
    }

    static boolean isUsers(StackTraceElement frame) {
        return isUsers(frame.getClassName(), frame.getFileName());
    }

    private static boolean isUsers(String type, @Nullable String file) {
        if (type.startsWith("dev.weft.") && file != null && isTest(file)) {
            return true;
        }
        return MACHINERY.stream().noneMatch(type::startsWith)
                && !type.startsWith("dev.weft.testing.")
                && !(type.startsWith("dev.weft.") && type.indexOf('.', "dev.weft.".length()) < 0);
    }

    private static boolean isTest(String file) {
        return file.endsWith("Test.java") || file.endsWith("IT.java") || file.endsWith("Example.java");
    }

    /** {@return what I/O a thread of the loop waits for in the JDK; null if none} */
    static @Nullable String io(Thread thread) {
        return Arrays.stream(thread.getStackTrace())
                .filter(frame -> INPUT_OUTPUT.stream().anyMatch(frame.getClassName()::startsWith))
                .findFirst()
                .map(frame -> "I/O (" + frame + ")")
                .orElse(null);
    }
}
