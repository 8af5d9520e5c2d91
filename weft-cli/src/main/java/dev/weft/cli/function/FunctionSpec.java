package dev.weft.cli.function;

import dev.weft.cluster.ClusterPool;
import java.io.Serializable;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Where a function is: enough to load it in any process of this machine, or, once {@link #shipped}, of a cluster.
 *
 * @param shown as the user has written it
 * @param classPath jars and directories
 * @param className the name of its class; empty if its source has only one
 * @param method the name of the method
 */
public record FunctionSpec(String shown, List<String> classPath, String className, String method)
        implements Serializable {
    /** What stands before the name of a file that was shipped to a worker of a cluster. */
    private static final String SHIPPED = "shipped:";

    List<Path> paths() {
        return classPath.stream()
                .map(entry -> entry.startsWith(SHIPPED)
                        ? ClusterPool.file(entry.substring(SHIPPED.length()))
                        : Path.of(entry))
                .toList();
    }

    /**
     * Has what this names shipped to the workers of a cluster.
     *
     * @param pool the pool to be
     * @return the same function, for these workers
     */
    FunctionSpec shipped(ClusterPool.Builder pool) {
        List<String> there = new ArrayList<>();
        for (String entry : classPath) {
            String name = "f" + there.size() + ".jar";
            pool.file(name, Path.of(entry));
            there.add(SHIPPED + name);
        }
        return new FunctionSpec(shown, there, className, method);
    }
}
