import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassBuilder;
import java.lang.classfile.ClassElement;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassFileVersion;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeTransform;
import java.lang.classfile.MethodModel;
import java.lang.classfile.MethodTransform;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Collections;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;

/**
 * Brings classes of libraries that were compiled for Java 5 or before to the form of Java 17: an ahead-of-time cache
 * holds no older ones, which the JVM verifies in another way. The library that reads command lines is such a one, and
 * took a third of the start of {@code weft}. What the classes do stays the same.
 *
 * <p>Run by the build, over the copies of the jars that are started: {@code java Modern.java DIRECTORY}. No package, so
 * that it runs from its source.
 */
final class Modern {
    /** The first version whose classes say what is on the stack where, by which they are verified. */
    private static final int JAVA_6 = 50;

    private static final int JAVA_17 = 61;

    public static void main(String[] arguments) throws IOException {
        if (arguments.length != 1) {
            System.err.println("usage: java Modern.java DIRECTORY");
            System.exit(2);
        }
        try (Stream<Path> files = Files.list(Path.of(arguments[0]))) {
            for (Path jar : files.filter(file -> file.toString().endsWith(".jar")).toList()) {
                if (hasOld(jar)) {
                    rewrite(jar);
                }
            }
        }
    }

    private static boolean hasOld(Path jar) throws IOException {
        try (var file = new JarFile(jar.toFile())) {
            for (JarEntry entry : Collections.list(file.entries())) {
                if (isClass(entry)) {
                    try (var in = file.getInputStream(entry)) {
                        byte[] head = in.readNBytes(8);
                        return head.length == 8 && (head[7] & 0xFF) < JAVA_6; // all of a jar come from one compiler
                    }
                }
            }
            return false;
        }
    }

    private static boolean isClass(JarEntry entry) {
        return entry.getName().endsWith(".class") && !entry.getName().startsWith("META-INF/");
    }

    private static void rewrite(Path jar) throws IOException {
        Path draft = jar.resolveSibling(jar.getFileName() + ".new");
        try (var loader = new URLClassLoader(new URL[] {jar.toUri().toURL()});
                var file = new JarFile(jar.toFile());
                var out = new JarOutputStream(Files.newOutputStream(draft))) {
            ClassFile classes = ClassFile.of(
                    ClassFile.StackMapsOption.GENERATE_STACK_MAPS,
                    ClassFile.ClassHierarchyResolverOption.of(ClassHierarchyResolver.ofResourceParsing(loader)));
            for (JarEntry entry : Collections.list(file.entries())) {
                try (var in = file.getInputStream(entry)) {
                    byte[] bytes = in.readAllBytes();
                    var copy = new JarEntry(entry.getName());
                    copy.setTime(entry.getTime());
                    out.putNextEntry(copy);
                    out.write(isClass(entry) ? modern(classes, bytes) : bytes);
                    out.closeEntry();
                }
            }
        } catch (IOException | UncheckedIOException e) {
            Files.deleteIfExists(draft);
            throw e;
        }
        Files.move(draft, jar, StandardCopyOption.REPLACE_EXISTING);
    }

    private static byte[] modern(ClassFile classes, byte[] bytes) {
        ClassModel model = classes.parse(bytes);
        return model.majorVersion() >= JAVA_6 ? bytes : classes.transformClass(model, ClassTransform.ofStateful(Renewal::new));
    }

    /** Copies a class; to write its code anew is what adds what is on the stack where. */
    private static final class Renewal implements ClassTransform {
        @Override
        public void accept(ClassBuilder builder, ClassElement element) {
            switch (element) {
                case ClassFileVersion _ -> builder.withVersion(JAVA_17, 0);
                case MethodModel method when method.code().isPresent() ->
                    builder.transformMethod(method, MethodTransform.transformingCode(CodeTransform.ACCEPT_ALL));
                default -> builder.with(element);
            }
        }
    }
}
