package dev.weft.process;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.Serializable;
import java.lang.invoke.SerializedLambda;
import java.lang.reflect.Method;
import org.jspecify.annotations.Nullable;

/**
 * Takes serializable lambdas and method references of one expression apart, into what is the same for all of them and
 * what each has captured.
 *
 * <p>JDK serialization of a lambda costs some 3 µs to write and 15 µs to read, most of it for the class descriptor of
 * {@link SerializedLambda} and for reflection. This way costs a tenth. It needs the package of the lambda to be open to
 * Weft, as it is on the class path; lambdas of other packages go through JDK serialization.
 *
 * <p>Immutable; any thread.
 */
final class LambdaShape {
    private static final LambdaShape NONE = new LambdaShape(null);

    private static final ClassValue<LambdaShape> SHAPES = new ClassValue<>() {
        @Override
        protected LambdaShape computeValue(Class<?> type) {
            if (!type.isHidden() || !Serializable.class.isAssignableFrom(type)) {
                return NONE;
            }
            try {
                Method writeReplace = type.getDeclaredMethod("writeReplace");
                return UserClasses.open(writeReplace) ? new LambdaShape(writeReplace) : NONE;
            } catch (NoSuchMethodException e) {
                return NONE; // a hidden class, but no lambda
            }
        }
    };

    /**
     * A lambda taken apart.
     *
     * @param shape what all lambdas of this expression share, as read by {@link LambdaFactory}
     * @param captured what this one has captured
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Parts(byte[] shape, @Nullable Object[] captured) {}

    private final @Nullable Method writeReplace;
    private volatile byte @Nullable [] bytes;

    private LambdaShape(@Nullable Method writeReplace) {
        this.writeReplace = writeReplace;
    }

    /** {@return the shape of a class, or null if its objects cannot be taken apart} */
    static @Nullable LambdaShape of(Class<?> type) {
        LambdaShape shape = SHAPES.get(type);
        return shape == NONE ? null : shape;
    }

    /** {@return the parts of a lambda of this class, or null if it is no lambda after all} */
    @Nullable
    Parts parts(Object lambda) throws ReflectiveOperationException {
        if (writeReplace == null
                || !(writeReplace.invoke(lambda) instanceof SerializedLambda form)
                || form.getCapturedArgCount() > Byte.MAX_VALUE) {
            return null;
        }
        byte[] shape = bytes;
        if (shape == null) {
            shape = describe(form);
            bytes = shape;
        }
        @Nullable Object[] captured = new Object[form.getCapturedArgCount()];
        for (int i = 0; i < captured.length; i++) {
            captured[i] = form.getCapturedArg(i);
        }
        return new Parts(shape, captured);
    }

    private static byte[] describe(SerializedLambda form) {
        try {
            var bytes = new ByteArrayOutputStream(512);
            var out = new DataOutputStream(bytes);
            out.writeUTF(form.getCapturingClass());
            out.writeUTF(form.getFunctionalInterfaceClass());
            out.writeUTF(form.getFunctionalInterfaceMethodName());
            out.writeUTF(form.getFunctionalInterfaceMethodSignature());
            out.writeInt(form.getImplMethodKind());
            out.writeUTF(form.getImplClass());
            out.writeUTF(form.getImplMethodName());
            out.writeUTF(form.getImplMethodSignature());
            out.writeUTF(form.getInstantiatedMethodType());
            return bytes.toByteArray();
        } catch (IOException e) {
            throw new AssertionError("writing to memory failed", e);
        }
    }
}
