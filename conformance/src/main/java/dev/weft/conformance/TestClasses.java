package dev.weft.conformance;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.classfile.Annotation;
import java.lang.classfile.AnnotationElement;
import java.lang.classfile.AnnotationValue;
import java.lang.classfile.AttributedElement;
import java.lang.classfile.Attributes;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.MethodModel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The compiled test classes of some modules, read without loading them: which methods bear a display name or a tag, and
 * which class extends which. The results of the tests say class and method too, so that no listener has to be put among
 * them.
 */
final class TestClasses {
    private static final String DISPLAY_NAME = "Lorg/junit/jupiter/api/DisplayName;";
    private static final String TAG = "Lorg/junit/jupiter/api/Tag;";
    private static final String TAGS = "Lorg/junit/jupiter/api/Tags;";

    private final Map<String, Map<String, TestMethod>> methods = new HashMap<>();
    private final Map<String, String> parents = new HashMap<>();
    private final Map<String, Set<String>> classTags = new HashMap<>();
    private final List<TestMethod> all = new ArrayList<>();

    /**
     * Reads the test classes of modules that have been compiled.
     *
     * @param root the root of the project
     * @param modules the directories of the modules
     * @throws IllegalStateException if one of them has no compiled tests
     */
    static TestClasses read(Path root, List<String> modules) {
        var classes = new TestClasses();
        for (String module : modules) {
            Path directory = root.resolve(module).resolve("target/test-classes");
            if (!Files.isDirectory(directory)) {
                throw new IllegalStateException("module " + module + " has no compiled tests in " + directory
                        + "; build it too: mvn -pl conformance -am verify");
            }
            classes.readModule(module, directory);
        }
        return classes;
    }

    private void readModule(String module, Path directory) {
        List<ClassModel> models = new ArrayList<>();
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.filter(path -> path.toString().endsWith(".class"))
                    .sorted()
                    .toList()) {
                models.add(ClassFile.of().parse(file));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        for (ClassModel model : models) {
            String name = name(model);
            model.superclass()
                    .ifPresent(
                            parent -> parents.put(name, parent.asInternalName().replace('/', '.')));
            classTags.put(name, tags(model));
        }
        for (ClassModel model : models) {
            for (MethodModel method : model.methods()) {
                add(module, name(model), method);
            }
        }
    }

    private static String name(ClassModel model) {
        return model.thisClass().asInternalName().replace('/', '.');
    }

    private void add(String module, String className, MethodModel method) {
        String displayName = annotations(method, DISPLAY_NAME).stream()
                .map(TestClasses::value)
                .findFirst()
                .orElse("");
        Set<String> tags = new LinkedHashSet<>(tags(method));
        for (String at = className; !at.isEmpty(); at = at.substring(0, Math.max(0, at.lastIndexOf('$')))) {
            tags.addAll(classTags.getOrDefault(at, Set.of()));
        }
        if ((displayName.isEmpty() && tags.isEmpty()) || !isTest(method)) {
            return;
        }
        var found = new TestMethod(module, className, method.methodName().stringValue(), displayName, tags);
        methods.computeIfAbsent(className, _ -> new HashMap<>()).put(found.method(), found);
        all.add(found);
    }

    /**
     * {@return whether a method bears {@code Test}, {@code ParameterizedTest} or another annotation that makes a test
     * of it}
     */
    private static boolean isTest(MethodModel method) {
        return method.findAttribute(Attributes.runtimeVisibleAnnotations()).stream()
                .flatMap(attribute -> attribute.annotations().stream())
                .anyMatch(annotation -> annotation.className().stringValue().endsWith("Test;"));
    }

    private static Set<String> tags(AttributedElement element) {
        Set<String> tags = new LinkedHashSet<>();
        annotations(element, TAG).forEach(tag -> tags.add(value(tag)));
        for (Annotation container : annotations(element, TAGS)) {
            for (AnnotationElement part : container.elements()) {
                if (part.value() instanceof AnnotationValue.OfArray many) {
                    for (AnnotationValue one : many.values()) {
                        if (one instanceof AnnotationValue.OfAnnotation tag) {
                            tags.add(value(tag.annotation()));
                        }
                    }
                }
            }
        }
        return tags;
    }

    private static List<Annotation> annotations(AttributedElement element, String type) {
        return element.findAttribute(Attributes.runtimeVisibleAnnotations()).stream()
                .flatMap(attribute -> attribute.annotations().stream())
                .filter(annotation -> annotation.className().equalsString(type))
                .toList();
    }

    private static String value(Annotation annotation) {
        for (AnnotationElement element : annotation.elements()) {
            if (element.name().equalsString("value") && element.value() instanceof AnnotationValue.OfString text) {
                return text.stringValue();
            }
        }
        throw new IllegalArgumentException("the annotation " + annotation + " has no value");
    }

    /** {@return all methods that bear a display name or a tag} */
    List<TestMethod> all() {
        return all;
    }

    /**
     * {@return the method that a result speaks of, which may be inherited; null if it bears neither name nor tag, or is
     * gone}
     *
     * @param className the class that the result names
     * @param method the method that it names
     */
    @Nullable
    TestMethod find(String className, String method) {
        for (String at = className; at != null; at = parents.get(at)) {
            TestMethod found = methods.getOrDefault(at, Map.of()).get(method);
            if (found != null) {
                return found;
            }
        }
        return null;
    }
}
