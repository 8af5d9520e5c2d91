package dev.weft.conformance;

import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A test that bears a display name or a tag.
 *
 * @param module the directory of the module
 * @param className the binary name of its class
 * @param method its name
 * @param displayName its display name, or the empty string
 * @param tags its tags, and those of the classes around it
 */
record TestMethod(String module, String className, String method, String displayName, Set<String> tags) {
    private static final Pattern NAMES = Pattern.compile("^((?:[PTHD]\\d+ )+)");

    /** {@return the cases that this test holds: the words with which its display name begins} */
    List<String> cases() {
        Matcher names = NAMES.matcher(displayName + " ");
        return names.find() ? List.of(names.group(1).strip().split(" ", -1)) : List.of();
    }

    /** {@return the class and the method as one writes them: {@code QueueTest.itemsLeaveInOrder}} */
    String shortName() {
        String simple = className.substring(className.lastIndexOf('.') + 1).replace('$', '.');
        return simple + "." + method;
    }

    /** {@return the file that the test is in, from the root of the project} */
    String source() {
        String outermost = className.contains("$") ? className.substring(0, className.indexOf('$')) : className;
        return module + "/src/test/java/" + outermost.replace('.', '/') + ".java";
    }
}
