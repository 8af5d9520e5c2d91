package dev.weft.cli.function;

import java.io.Serializable;
import java.nio.file.Path;
import java.util.List;

/**
 * Where a function is: enough to load it in any process of this machine.
 *
 * @param shown as the user has written it
 * @param classPath jars and directories
 * @param className the name of its class; empty if its source has only one
 * @param method the name of the method
 */
public record FunctionSpec(String shown, List<String> classPath, String className, String method)
        implements Serializable {
    List<Path> paths() {
        return classPath.stream().map(Path::of).toList();
    }
}
