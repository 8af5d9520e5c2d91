package dev.weft.bench;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The peers that this machine has, as commands; those that it has not, by name and with the remedy.
 *
 * @param python a CPython with {@code asyncio.Runner}, the one that has uvloop if any has
 * @param uvloop whether that CPython has uvloop
 * @param aiohttp whether it has aiohttp, too
 * @param go the compiled Go program
 * @param kotlin whether the Kotlin program is on the class path
 * @param jvmPeers the class path of the programs for Vert.x and Helidon, if they are built
 * @param xargs whether there is xargs
 * @param parallel whether there is GNU parallel
 * @param pinning whether programs can be pinned to a core
 * @param missing what is missing and how to get it
 */
record Toolbox(
        @Nullable String python,
        boolean uvloop,
        boolean aiohttp,
        @Nullable String go,
        boolean kotlin,
        @Nullable String jvmPeers,
        boolean xargs,
        boolean parallel,
        boolean pinning,
        List<String> missing) {
    private static final String KOTLIN_PROGRAM = "dev.weft.bench.peers.PeersKt";

    static Toolbox find(Path benchDirectory) throws IOException, InterruptedException {
        var missing = new ArrayList<String>();
        List<String> pythons = Stream.of(System.getenv("WEFT_BENCH_PYTHON"), "/usr/bin/python3", "python3")
                .filter(candidate ->
                        candidate != null && answers(List.of(candidate, "-c", "import asyncio; asyncio.Runner")))
                .toList();
        Optional<String> withUvloop = pythons.stream()
                .filter(candidate -> answers(List.of(candidate, "-c", "import uvloop")))
                .findFirst();
        String python = withUvloop.orElse(pythons.isEmpty() ? null : pythons.getFirst());
        if (python == null) {
            missing.add("CPython: no python3 of version 3.11 or later; install one, or set WEFT_BENCH_PYTHON to it");
        } else if (withUvloop.isEmpty()) {
            missing.add("uvloop: " + python + " cannot import it; install it there (Debian: python3-uvloop)");
        }
        boolean aiohttp = python != null && answers(List.of(python, "-c", "import aiohttp"));
        if (python != null && !aiohttp) {
            missing.add("aiohttp: " + python + " cannot import it; install it there (Debian: python3-aiohttp)");
        }
        String go = buildGo(benchDirectory, missing);
        boolean kotlin = hasKotlin();
        if (!kotlin) {
            missing.add("Kotlin coroutines: not compiled in; build with the Maven profile 'peers', as bench/run does");
        }
        boolean xargs = answers(List.of("xargs", "--version"));
        if (!xargs) {
            missing.add("xargs: no GNU xargs on the PATH (Debian: findutils)");
        }
        boolean parallel = answers(List.of("parallel", "--version"));
        if (!parallel) {
            missing.add("GNU parallel: not on the PATH (Debian: parallel)");
        }
        String jvmPeers = findJvmPeers(benchDirectory);
        if (jvmPeers == null) {
            missing.add(
                    "Vert.x and Helidon: not built; build the module bench-peers with the Maven profile 'peers', as bench/run does");
        }
        boolean pinning = answers(List.of("taskset", "--version"));
        if (!pinning) {
            missing.add("pinning: no taskset on the PATH, so that the system may move programs between cores");
        }
        return new Toolbox(
                python,
                withUvloop.isPresent(),
                aiohttp,
                go,
                kotlin,
                jvmPeers,
                xargs,
                parallel,
                pinning,
                List.copyOf(missing));
    }

    private static @Nullable String buildGo(Path benchDirectory, List<String> missing)
            throws IOException, InterruptedException {
        if (!answers(List.of("go", "version"))) {
            missing.add("Go: no go on the PATH; install it (Debian: golang-go)");
            return null;
        }
        Path program = benchDirectory.resolve("target/peers-go").toAbsolutePath();
        Files.createDirectories(program.getParent());
        Process build = new ProcessBuilder(
                        "go",
                        "build",
                        "-o",
                        program.toString(),
                        benchDirectory.resolve("peers/peers.go").toString(),
                        benchDirectory.resolve("peers/net.go").toString())
                .redirectErrorStream(true)
                .start();
        String said = new String(build.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (build.waitFor() != 0) {
            missing.add("Go: the program in peers does not compile: " + said.strip());
            return null;
        }
        return program.toString();
    }

    private static boolean hasKotlin() {
        try {
            Class.forName(KOTLIN_PROGRAM, false, Toolbox.class.getClassLoader());
            return true;
        } catch (ClassNotFoundException e) {
            return false;
        }
    }

    private static @Nullable String findJvmPeers(Path benchDirectory) {
        Path built = benchDirectory.resolveSibling("bench-peers").resolve("target");
        return Files.isDirectory(built.resolve("lib"))
                ? built.resolve("classes") + File.pathSeparator + built.resolve("lib") + File.separator + "*"
                : null;
    }

    private static boolean answers(List<String> command) {
        try {
            Process process = new ProcessBuilder(command)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            return process.waitFor() == 0;
        } catch (IOException e) {
            return false; // there is no such program
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
