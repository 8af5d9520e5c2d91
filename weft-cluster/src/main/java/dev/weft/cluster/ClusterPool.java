package dev.weft.cluster;

import dev.weft.Job;
import dev.weft.cluster.security.Credentials;
import dev.weft.process.ProcessPool;
import dev.weft.process.WorkerOutput;
import dev.weft.process.codec.Codec;
import dev.weft.process.internal.ProcessSupport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * A {@link dev.weft.Pool} whose work runs in worker JVMs on several machines.
 *
 * <pre>{@code
 * try (var pool = ClusterPool.of(Path.of("cluster/driver"))) {
 *     for (Image image : pool.map(Thumbnails::render, orders)) {
 *         save(image);
 *     }
 * }
 * }</pre>
 *
 * <p>It is a {@link ProcessPool}, and all that is said there holds here: what can be sent, how errors come back, how
 * tasks are cancelled and timed out, that a crash costs one task. This page says what is different.
 *
 * <p><b>Nodes.</b> On each machine an agent ({@code weft cluster agent}) starts workers for drivers, which are
 * programs with such a pool. The pool has as many workers as all agents together have slots, and more or fewer as
 * agents come and
 * go. Nothing is shared with the workers of other drivers, nor do they outlive this JVM, however it ends. The code of
 * users runs in workers only, never in an agent.
 *
 * <p><b>Code.</b> Workers have the class path or module path of this JVM. Agents get each jar and directory once, by
 * the hash of its content, and keep it for the next time. {@link Builder#classPath} adds to it, {@link Builder#file}
 * ships other files.
 *
 * <p><b>Failures.</b> A node that is lost (it is off, cut off, or its agent was killed) fails what its workers had
 * been given with a {@link dev.weft.process.WorkerCrashedException} that names the node: as nobody knows what of it
 * was done, none of it is run again, unless it was
 * submitted through {@link #retrying}. That is the task that a worker ran, and those few that it had in line, so that
 * it need not wait; tasks elsewhere are not touched. Without any agent the pool waits for one as long as {@link
 * Builder#patience} says, and then breaks, as one whose workers cannot be started.
 *
 * <p><b>What is not there</b> on another machine: shared memory, locks and queues between processes, managers, files
 * of this machine. What is sent goes through a network: a task takes about a millisecond to go there and back.
 *
 * <p><b>Security.</b> All connections between machines are TLS 1.3 with certificates on both sides; see {@code
 * docs/cluster.md}. The directory of credentials that this takes is a right to run code on all machines of the
 * cluster.
 */
public interface ClusterPool extends ProcessPool {
    /**
     * Opens a pool with the default settings.
     *
     * @param credentials the directory with the credentials of a driver, which {@code weft cluster init} makes
     * @return the pool
     * @throws ClusterException if the cluster cannot be joined, or no agent is there
     */
    static ClusterPool of(Path credentials) {
        return builder(credentials).build();
    }

    /**
     * {@return a builder with the default settings}
     *
     * @param credentials the directory with the credentials of a driver, which {@code weft cluster init} makes
     */
    static Builder builder(Path credentials) {
        return new Builder(credentials);
    }

    /**
     * Finds a file that was shipped with the pool, in a worker.
     *
     * @param name the name that {@link Builder#file} has given it
     * @return where it is; not to be changed, as other workers have the same
     * @throws IllegalStateException if this is no worker of a cluster, or no file of that name was shipped
     */
    static Path file(String name) {
        String directory = System.getProperty("weft.cluster.files");
        if (directory == null) {
            throw new IllegalStateException(
                    "expected to be in a worker of a cluster, where files that were shipped are," + " asked for '"
                            + name + "' in another process");
        }
        Path file = Path.of(directory, name);
        if (!Files.isRegularFile(file)) {
            throw new IllegalStateException("no file '" + name
                    + "' was shipped to this worker: ClusterPool.builder(...).file(\"" + name + "\", path) ships one");
        }
        return file;
    }

    /**
     * {@inheritDoc}
     *
     * <p>Here also what was with workers of a node that was lost.
     */
    @Override
    ClusterPool retrying(int times);

    /**
     * Changes how many workers there are at most; there are never more than the agents have slots. As {@link
     * ProcessPool#resize} otherwise.
     *
     * @param workers from 1 to 1,024
     * @throws IllegalArgumentException if {@code workers} is out of range
     */
    @Override
    void resize(int workers);

    /**
     * {@return the nodes that there are now, in the order of their coming; a snapshot}
     */
    List<ClusterNode> nodes();

    /** Settings of a pool to be opened. Not thread-safe; may be used again after {@link #build}. */
    final class Builder {
        private static final int MOST_WORKERS = 1024;

        private final Path credentials;
        private final ProcessPool.Builder settings = ProcessPool.builder().name("cluster");
        private final List<Path> classPath = new ArrayList<>();
        private final Map<String, Path> files = new LinkedHashMap<>();
        private String name = "cluster";
        private int workers = MOST_WORKERS;
        private Duration patience = Duration.ofSeconds(30);

        Builder(Path credentials) {
            this.credentials = Objects.requireNonNull(credentials, "credentials");
        }

        /**
         * Limits the number of workers; by default there are as many as the agents have slots.
         *
         * @param most from 1 to 1,024
         * @return this
         * @throws IllegalArgumentException if it is out of range
         */
        public Builder workers(int most) {
            settings.workers(most); // checks it
            workers = most;
            return this;
        }

        /**
         * Sets how long to wait for an agent: when the pool is opened, and when a worker is to be started and no
         * agent has room for it; by default 30 seconds.
         *
         * @param limit more than zero
         * @return this
         * @throws IllegalArgumentException if it is not
         */
        public Builder patience(Duration limit) {
            if (limit.isNegative() || limit.isZero()) {
                throw new IllegalArgumentException(
                        "the time to wait for an agent must be more than zero, and was " + limit);
            }
            patience = limit;
            return this;
        }

        /**
         * Adds jars and directories to the class path of workers, behind that of this JVM.
         *
         * @param paths jars and directories
         * @return this
         * @throws IllegalArgumentException if there is no such file
         */
        public Builder classPath(Path... paths) {
            for (Path path : paths) {
                check(path);
                classPath.add(path.toAbsolutePath());
            }
            return this;
        }

        /**
         * Ships a file to all workers, where {@link ClusterPool#file} finds it. A directory arrives as a zip file.
         *
         * @param called the name by which it is found, without separators
         * @param path the file
         * @return this
         * @throws IllegalArgumentException if there is no such file, or the name is none
         */
        public Builder file(String called, Path path) {
            if (!called.matches("[A-Za-z0-9_][A-Za-z0-9._-]*")) {
                throw new IllegalArgumentException(
                        "a file is shipped under a name of letters, digits, '.', '_' and '-', and not as '" + called
                                + "'");
            }
            check(path);
            files.put(called, path.toAbsolutePath());
            return this;
        }

        private static void check(Path path) {
            if (!Files.isReadable(path)) {
                throw new IllegalArgumentException("expected a file or directory that can be read in " + path
                        + ", found " + (Files.exists(path) ? "one that cannot" : "nothing"));
            }
        }

        /**
         * Sets the most heap of each worker; see {@link ProcessPool.Builder#heap(long)}. By default the workers of a
         * machine together get a quarter of its memory, but each at least 256 MiB.
         *
         * @param bytes at least 16 MiB
         * @return this
         */
        public Builder heap(long bytes) {
            settings.heap(bytes);
            return this;
        }

        /**
         * Sets the most heap of each worker, in words such as {@code "256m"} or {@code "2g"}.
         *
         * @param size a whole number and one of {@code k}, {@code m}, {@code g}
         * @return this
         */
        public Builder heap(String size) {
            settings.heap(size);
            return this;
        }

        /**
         * Sets more flags for the worker JVMs; see {@link ProcessPool.Builder#jvmArgs}.
         *
         * @param flags one flag each
         * @return this
         */
        public Builder jvmArgs(String... flags) {
            settings.jvmArgs(flags);
            return this;
        }

        /**
         * Sets environment variables of the workers, beside those of their agent.
         *
         * @param variables names and values
         * @return this
         */
        public Builder environment(Map<String, String> variables) {
            settings.environment(variables);
            return this;
        }

        /**
         * Names the pool, for messages and the names of tasks and threads; by default {@code "cluster"}.
         *
         * @param called the name
         * @return this
         */
        public Builder name(String called) {
            settings.name(called);
            name = called;
            return this;
        }

        /**
         * Sets how long a cancelled task may go on before its worker is killed; see {@link
         * ProcessPool.Builder#killGrace}.
         *
         * @param grace zero or more
         * @return this
         */
        public Builder killGrace(Duration grace) {
            settings.killGrace(grace);
            return this;
        }

        /**
         * Sets where the lines that workers print go; see {@link ProcessPool.Builder#output}.
         *
         * @param output receives the lines
         * @return this
         */
        public Builder output(WorkerOutput output) {
            settings.output(output);
            return this;
        }

        /**
         * Allows more classes in results; see {@link ProcessPool.Builder#allow}.
         *
         * @param classes names and patterns
         * @return this
         */
        public Builder allow(String... classes) {
            settings.allow(classes);
            return this;
        }

        /**
         * Limits how long each task may run; see {@link ProcessPool.Builder#taskTimeout}.
         *
         * @param limit more than zero
         * @return this
         */
        public Builder taskTimeout(Duration limit) {
            settings.taskTimeout(limit);
            return this;
        }

        /**
         * Replaces each worker when it has run so many tasks; see {@link ProcessPool.Builder#tasksPerWorker}.
         *
         * @param tasks at least 1
         * @return this
         */
        public Builder tasksPerWorker(int tasks) {
            settings.tasksPerWorker(tasks);
            return this;
        }

        /**
         * Lets workers end that have been idle for so long; see {@link ProcessPool.Builder#idleTimeout}.
         *
         * @param limit more than zero
         * @return this
         */
        public Builder idleTimeout(Duration limit) {
            settings.idleTimeout(limit);
            return this;
        }

        /**
         * Sets what each worker runs before its first task; see {@link ProcessPool.Builder#initializer}.
         *
         * @param work the work
         * @return this
         */
        public Builder initializer(Job<?> work) {
            settings.initializer(work);
            return this;
        }

        /**
         * Sets how objects become bytes; see {@link ProcessPool.Builder#codec}.
         *
         * @param codec the codec
         * @return this
         */
        public Builder codec(Codec codec) {
            settings.codec(codec);
            return this;
        }

        /**
         * Gives each worker an event loop; see {@link ProcessPool.Builder#loop}.
         *
         * @param tasksPerLoop how many tasks each worker runs at once
         * @return this
         */
        public Builder loop(int tasksPerLoop) {
            settings.loop(tasksPerLoop);
            return this;
        }

        /**
         * Joins the cluster, waits until an agent is there, and opens the pool; its workers start in the background.
         * Joining takes some seconds, since the engine is started in a JVM of its own.
         *
         * @return the pool
         * @throws ClusterException if the credentials cannot be used, the cluster cannot be joined, or no agent is
         *     there in time
         */
        public ClusterPool build() {
            String where;
            try {
                var read = Credentials.read(credentials);
                where = String.join(", ", read.expect(Credentials.DRIVER).addresses());
            } catch (IOException e) {
                throw new ClusterException(String.valueOf(e.getMessage()), e);
            }
            return build(where, GatewayLink.start(credentials));
        }

        /** Opens the pool behind a gateway that is there. */
        ClusterPool build(String where, GatewayLink gateway) {
            var host = new RemoteHost(where, gateway.connection(), workers, patience, gateway.closer());
            boolean opened = false;
            try {
                host.begin(name, Manifest.of(classPath, files));
                int size = host.awaitNode(patience);
                ProcessPool pool = ProcessSupport.get().open(settings.workers(size), host);
                host.serve(pool);
                opened = true;
                return new NodesPool(pool, host);
            } finally {
                if (!opened) {
                    host.close();
                }
            }
        }
    }
}
