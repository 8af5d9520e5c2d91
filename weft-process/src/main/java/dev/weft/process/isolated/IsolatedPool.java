package dev.weft.process.isolated;

import dev.weft.Job;
import dev.weft.Pool;
import dev.weft.process.codec.Codec;
import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A {@link Pool} of threads in this JVM that each see their own copy of all classes, and so of all static fields: for
 * code that keeps its state there and is not safe to be used by several threads, or is to be used in several
 * configurations at once.
 *
 * <pre>{@code
 * try (var pool = IsolatedPool.of(4)) {                       // four copies of an old library that has one global parser
 *     for (Document document : pool.map(OldParser::parse, files)) {
 *         index(document);
 *     }
 * }
 * }</pre>
 *
 * <p><b>Isolates.</b> Each worker has a class loader of its own, over the same class path. Work is copied into it and
 * results and exceptions out of it, by JDK serialization or a {@link Builder#codec codec}, so that nothing is shared:
 * not even what work has captured. Work is a {@link Job} or {@link dev.weft.JobFunction}, as for a
 * {@link dev.weft.process.ProcessPool}. What cannot be copied fails its task alone, with a
 * {@link dev.weft.process.TransferException}. An isolate is made for the first task that needs one, runs one task at a
 * time, and keeps its static state until the pool is closed.
 *
 * <p><b>What is shared</b> are classes of the JDK and of Weft, and what {@link Builder#share share} names, with their
 * static fields: system properties, standard output, the default locale. A static field of a shared class is also the
 * way for isolates to talk to one another; it can hold a queue of strings, say.
 *
 * <p><b>This is not a process.</b> A task that runs out of memory, crashes the JVM or calls {@code System.exit} costs
 * the JVM, one that does not react to its interrupt cannot be stopped, and nothing is safe from code that means harm:
 * use a {@link dev.weft.process.ProcessPool} for those. A native library can be loaded by one isolate only.
 *
 * <p>Cancelling a task keeps it from starting or interrupts it. {@link #close} releases the class loaders, and with
 * them the classes, unless work has left something that holds them: a thread, a shutdown hook, an entry in a registry
 * of the JDK.
 */
public interface IsolatedPool extends Pool {
    /**
     * Opens a pool with the default settings.
     *
     * @param isolates how many isolates, each with a thread, from 1 to 1,024
     * @return the pool
     * @throws IllegalArgumentException if {@code isolates} is out of range
     */
    static IsolatedPool of(int isolates) {
        return builder().isolates(isolates).build();
    }

    /**
     * {@return a builder with the default settings}
     */
    static Builder builder() {
        return new Builder();
    }

    /** Settings of a pool to be opened. Not thread-safe; may be used again after {@link #build}. */
    final class Builder {
        private static final int MOST_ISOLATES = 1024;

        private int isolates = Math.min(Runtime.getRuntime().availableProcessors(), MOST_ISOLATES);
        private String name = "isolates";
        private @Nullable List<Path> classPath;
        private final List<String> shared = new ArrayList<>();
        private @Nullable Codec codec;
        private @Nullable Job<?> initializer;

        Builder() {}

        /**
         * Sets the number of isolates; by default that of the processors.
         *
         * @param isolates from 1 to 1,024
         * @return this
         * @throws IllegalArgumentException if {@code isolates} is out of range
         */
        public Builder isolates(int isolates) {
            if (isolates < 1 || isolates > MOST_ISOLATES) {
                throw new IllegalArgumentException(
                        "an isolated pool has 1 to " + MOST_ISOLATES + " isolates, and was given " + isolates);
            }
            this.isolates = isolates;
            return this;
        }

        /**
         * Names the pool, for messages and the names of tasks and threads; by default {@code "isolates"}.
         *
         * @param name the name
         * @return this
         */
        public Builder name(String name) {
            this.name = Objects.requireNonNull(name, "name");
            return this;
        }

        /**
         * Sets where isolates find classes; by default the class path and module path of this JVM. It must have the
         * classes of the work too.
         *
         * @param entries jars and directories
         * @return this
         */
        public Builder classPath(Path... entries) {
            classPath = List.of(entries);
            return this;
        }

        /**
         * Shares public classes, and their static fields, with this JVM and among isolates, beside those of the JDK and
         * of Weft. Shared classes see shared ones only, and what is private to a package is not visible across the
         * border.
         *
         * @param classes names of classes ({@code com.acme.Mailbox}), of all classes of a package ({@code
         *     com.acme.api.*}), or of a package and those below ({@code com.acme.api.**})
         * @return this
         */
        public Builder share(String... classes) {
            shared.addAll(Arrays.asList(classes));
            return this;
        }

        /**
         * Sets how work and results are copied; by default by JDK serialization.
         *
         * @param codec the codec
         * @return this
         */
        public Builder codec(Codec codec) {
            this.codec = Objects.requireNonNull(codec, "codec");
            return this;
        }

        /**
         * Sets what runs in each isolate before its first task; what it leaves in static fields is there for them. If
         * it throws, the pool is broken: that task, those that wait and those submitted later fail with a
         * {@link dev.weft.process.BrokenPoolException}.
         *
         * @param work the work; its result is dropped
         * @return this
         */
        public Builder initializer(Job<?> work) {
            initializer = Objects.requireNonNull(work, "work");
            return this;
        }

        /**
         * Opens the pool.
         *
         * @return the pool
         * @throws dev.weft.process.TransferException if the initializer cannot be copied
         * @throws IllegalStateException if something is missing that the codec needs
         */
        public IsolatedPool build() {
            return new Isolates(
                    name, isolates, classPath == null ? ofThisJvm() : classPath, shared, codec, initializer);
        }

        private static List<Path> ofThisJvm() {
            return Stream.of("java.class.path", "jdk.module.path")
                    .map(property -> System.getProperty(property, ""))
                    .flatMap(path -> Stream.of(path.split(File.pathSeparator)))
                    .filter(entry -> !entry.isEmpty())
                    .map(Path::of)
                    .toList();
        }
    }
}
