package dev.weft.process.codec;

import java.util.List;

/**
 * Apache Fory: several times as fast as JDK serialization for graphs of many objects, and classes need not be
 * {@link java.io.Serializable}.
 *
 * <p>It needs {@code org.apache.fory:fory-core} 1.6 or later on the class path (1.4 is the first without a known way
 * round its checks). The first object costs a fresh worker some 300 ms more than with JDK serialization, as Fory
 * compiles readers and writers for each class; it pays where workers live long and objects are many.
 * {@code docs/process-codecs.md} has figures.
 *
 * <p>The pool takes from its workers the same classes as with JDK serialization; see
 * {@link dev.weft.process.ProcessPool}. Lambdas and proxies inside of objects go to workers and do not come back.
 * Fields that are {@code transient} are not sent.
 */
public final class ForyCodec implements Codec {
    /** Makes the codec; both sides use the same settings. */
    public ForyCodec() {}

    @Override
    public String name() {
        return "Apache Fory";
    }

    /** {@inheritDoc}
     *
     * <p>Without this one, Fory runs as well, and the JVM warns. */
    @Override
    public List<String> jvmArgs() {
        return List.of("--sun-misc-unsafe-memory-access=allow");
    }

    @Override
    public Session open() {
        try {
            return new ForySession();
        } catch (NoClassDefFoundError e) {
            throw new IllegalStateException(
                    "Apache Fory is not here: put org.apache.fory:fory-core, 1.6.0 or later, on the class path or module path ("
                            + e.getMessage() + " is missing), or leave out codec(...) for JDK serialization",
                    e);
        }
    }
}
