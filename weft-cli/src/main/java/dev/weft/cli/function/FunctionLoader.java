package dev.weft.cli.function;

import dev.weft.cli.function.guard.Exits;
import java.io.IOException;
import java.io.InputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeTransform;
import java.lang.classfile.Opcode;
import java.lang.classfile.constantpool.MethodRefEntry;
import java.lang.classfile.constantpool.PoolEntry;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/**
 * Loads the classes of a function and of what it needs. They come before those of Weft of the same name, so that
 * another version of a library does no harm; Weft's own are shared, so that functions may use it. Calls of
 * {@code System.exit} and its like are replaced by ones that end the call only.
 */
final class FunctionLoader extends URLClassLoader {
    static {
        registerAsParallelCapable();
    }

    FunctionLoader(List<Path> classPath) {
        super("weft-function", urls(classPath), FunctionLoader.class.getClassLoader());
    }

    private static URL[] urls(List<Path> classPath) {
        return classPath.stream()
                .map(path -> {
                    try {
                        return path.toUri().toURL();
                    } catch (MalformedURLException e) {
                        throw new IllegalArgumentException("no place for classes: " + path, e);
                    }
                })
                .toArray(URL[]::new);
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        if (name.startsWith("java.") || name.startsWith("dev.weft.")) {
            return super.loadClass(name, resolve);
        }
        synchronized (getClassLoadingLock(name)) {
            Class<?> known = findLoadedClass(name);
            if (known != null) {
                return known;
            }
            try {
                return findClass(name);
            } catch (ClassNotFoundException e) {
                return super.loadClass(name, resolve);
            }
        }
    }

    @Override
    protected Class<?> findClass(String name) throws ClassNotFoundException {
        String file = name.replace('.', '/') + ".class";
        URL place = findResource(file);
        if (place == null) {
            throw new ClassNotFoundException(name);
        }
        byte[] bytes;
        try (InputStream in = place.openStream()) {
            bytes = in.readAllBytes();
        } catch (IOException e) {
            throw new ClassNotFoundException(name + ", which cannot be read from " + place, e);
        }
        byte[] guarded = guarded(bytes);
        int dot = name.lastIndexOf('.');
        if (dot > 0 && getDefinedPackage(name.substring(0, dot)) == null) {
            try {
                definePackage(name.substring(0, dot), null, null, null, null, null, null, null);
            } catch (IllegalArgumentException e) {
                // another thread was faster
            }
        }
        return defineClass(name, guarded, 0, guarded.length);
    }

    private byte[] guarded(byte[] bytes) {
        return mayEnd(bytes) ? Guard.guarded(bytes, this) : bytes;
    }

    /**
     * Whether a class may call what ends the program. Most name nothing of the sort, and to take one apart keeps a
     * fresh JVM busy for a tenth of a second.
     */
    private static boolean mayEnd(byte[] bytes) {
        String all = new String(bytes, StandardCharsets.ISO_8859_1);
        return all.contains("exit") || all.contains("halt");
    }

    /** Replaces calls. */
    private static final class Guard {
        private static final ClassDesc EXITS = ClassDesc.of(Exits.class.getName());
        private static final ClassDesc RUNTIME = ClassDesc.of("java.lang.Runtime");
        private static final MethodTypeDesc STATIC = MethodTypeDesc.of(ConstantDescs.CD_void, ConstantDescs.CD_int);
        private static final MethodTypeDesc WITH_RUNTIME =
                MethodTypeDesc.of(ConstantDescs.CD_void, RUNTIME, ConstantDescs.CD_int);
        private static final Set<String> ENDS =
                Set.of("java/lang/System.exit", "java/lang/Runtime.exit", "java/lang/Runtime.halt");

        private Guard() {}

        static byte[] guarded(byte[] bytes, ClassLoader loader) {
            var file = ClassFile.of(ClassFile.ClassHierarchyResolverOption.of(
                    ClassHierarchyResolver.ofResourceParsing(loader).orElse(ClassHierarchyResolver.defaultResolver())));
            try {
                var model = file.parse(bytes);
                boolean ends = false;
                for (PoolEntry entry : model.constantPool()) {
                    if (entry instanceof MethodRefEntry method) {
                        ends |= ENDS.contains(method.owner().asInternalName() + "."
                                + method.name().stringValue());
                    }
                }
                if (!ends) {
                    return bytes;
                }
                CodeTransform replaced = (builder, element) -> {
                    if (element instanceof InvokeInstruction call
                            && ENDS.contains(call.owner().asInternalName() + "."
                                    + call.name().stringValue())) {
                        builder.invokestatic(
                                EXITS, "exit", call.opcode() == Opcode.INVOKESTATIC ? STATIC : WITH_RUNTIME);
                    } else {
                        builder.with(element);
                    }
                };
                return file.transformClass(model, ClassTransform.transformingMethodBodies(replaced));
            } catch (IllegalArgumentException e) {
                return bytes; // newer or odder than the JDK's library knows: the JVM may still
            }
        }
    }
}
