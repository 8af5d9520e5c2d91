package dev.weft.process;

import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.lang.invoke.SerializedLambda;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import org.jspecify.annotations.Nullable;

/** Makes lambdas of one expression from what they have captured; the counterpart of {@link LambdaShape}. Immutable. */
final class LambdaFactory {
    private final Class<?> capturingClass;
    private final String interfaceClass;
    private final String interfaceMethod;
    private final String interfaceSignature;
    private final int implKind;
    private final String implClass;
    private final String implMethod;
    private final String implSignature;
    private final String instantiatedType;
    private final Method deserialize;

    /**
     * Reads a shape.
     *
     * @throws IOException if the bytes are no shape
     * @throws ClassNotFoundException if the class of the expression is not here
     * @throws NoSuchMethodException if that class has no serializable lambdas
     */
    LambdaFactory(byte[] body, int offset, int length, ClassLoader loader)
            throws IOException, ClassNotFoundException, NoSuchMethodException {
        var in = new DataInputStream(new ByteArrayInputStream(body, offset, length));
        String name = in.readUTF();
        interfaceClass = in.readUTF();
        interfaceMethod = in.readUTF();
        interfaceSignature = in.readUTF();
        implKind = in.readInt();
        implClass = in.readUTF();
        implMethod = in.readUTF();
        implSignature = in.readUTF();
        instantiatedType = in.readUTF();
        capturingClass = Class.forName(name.replace('/', '.'), false, loader);
        deserialize = capturingClass.getDeclaredMethod("$deserializeLambda$", SerializedLambda.class);
        if (!UserClasses.open(deserialize)) {
            throw new NoSuchMethodException(
                    "class " + name + " is open in the process that sent one of its lambdas, and not in this one");
        }
    }

    Object make(@Nullable Object[] captured) throws ReflectiveOperationException {
        var form = new SerializedLambda(
                capturingClass,
                interfaceClass,
                interfaceMethod,
                interfaceSignature,
                implKind,
                implClass,
                implMethod,
                implSignature,
                instantiatedType,
                captured);
        try {
            return deserialize.invoke(null, form);
        } catch (InvocationTargetException e) {
            // The class has no such lambda: the two processes do not have the same version of it.
            throw new ReflectiveOperationException(
                    "class " + capturingClass.getName() + " has no lambda " + implMethod, e.getCause());
        }
    }
}
