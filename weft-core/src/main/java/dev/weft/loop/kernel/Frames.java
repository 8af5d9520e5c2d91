package dev.weft.loop.kernel;

import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What a stack says to a reader: the innermost call of the program's own code, in short. */
public final class Frames {
    /** Classes of the JDK and of Weft, whose calls say less about a task than those of its own code. */
    private static final Pattern INSIDE = Pattern.compile("(java|jdk|sun)\\."
            + "|dev\\.weft\\.(loop\\.kernel|loop\\.jdk|sync|net|http|process)\\.(?!.*(Test|IT)\\b)"
            + "|dev\\.weft\\.(Weft|TaskGroup|Task|CancelScope|Pools?|Results)(\\$|$)"
            + "|dev\\.weft\\.loop\\.EventLoop(\\$|$)");

    private Frames() {}

    /**
     * {@return the innermost call that is neither the JDK's nor Weft's, or null}
     *
     * @param stack the innermost call first
     */
    public static @Nullable StackTraceElement firstOfUser(List<StackTraceElement> stack) {
        for (StackTraceElement frame : stack) {
            if (!INSIDE.matcher(frame.getClassName()).lookingAt()) {
                return frame;
            }
        }
        return null;
    }

    /**
     * {@return a call as {@code Class.method(File.java:12)}}
     *
     * @param frame the call
     */
    public static String text(StackTraceElement frame) {
        String type = frame.getClassName();
        String file = frame.getFileName();
        return type.substring(type.lastIndexOf('.') + 1) + "." + frame.getMethodName() + "("
                + (file == null ? "unknown" : file + ":" + frame.getLineNumber()) + ")";
    }
}
