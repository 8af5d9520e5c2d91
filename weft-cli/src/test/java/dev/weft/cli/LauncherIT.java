package dev.weft.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * The script {@code weft} in a clone of its own, with the jars that this build has packaged. The clone's Maven is a
 * stand-in that copies those jars, counts its runs in {@code builds}, fails while {@code broken} exists and waits while
 * {@code slow} does.
 */
@DisabledOnOs(OS.WINDOWS)
class LauncherIT {

    private static final String MAVEN = """
            #!/bin/sh
            echo build >>builds
            if [ -e broken ]; then
                echo '[INFO] Compiling'
                echo '[ERROR] Pump.java:[3,1] expected ;'
                echo '[ERROR] -> [Help 1]'
                exit 1
            fi
            echo $$ >maven.pid
            while [ -e slow ]; do sleep 0.05; done
            mkdir -p weft-cli/target/dist
            cp -R '@jars@' weft-cli/target/dist/lib
            """;

    @TempDir
    private Path temp;

    private Path clone;
    private Path source;
    private final List<Process> started = new ArrayList<>();

    @BeforeEach
    void cloneWithSpacesAndQuotesInItsPath() throws IOException {
        clone = Files.createDirectory(temp.resolve("a $clone's \"home\""));
        Files.copy(Path.of("..", "weft"), clone.resolve("weft")).toFile().setExecutable(true);
        Files.writeString(clone.resolve("pom.xml"), "");
        source = Files.createDirectories(clone.resolve("weft-core/src/main/java"))
                .resolve("Pump.java");
        Files.writeString(source, "");
        Files.createDirectories(clone.resolve("weft-cli/src/main/java"));
        Files.writeString(clone.resolve("weft-cli/pom.xml"), "");

        Path jars = Path.of("target", "dist", "lib").toAbsolutePath();
        Path maven = Files.createDirectory(temp.resolve("bin")).resolve("mvn");
        Files.writeString(maven, MAVEN.replace("@jars@", jars.toString()))
                .toFile()
                .setExecutable(true);
    }

    @AfterEach
    void endWhatWasStarted() {
        started.forEach(Process::destroyForcibly);
    }

    @Test
    void runsFromAnyDirectoryThroughAnyChainOfLinks() throws Exception {
        Path elsewhere = Files.createDirectory(temp.resolve("else where"));
        Path absolute = Files.createSymbolicLink(temp.resolve("absolute"), clone.resolve("weft"));
        Files.createSymbolicLink(
                elsewhere.resolve("chain"), Path.of("..", absolute.getFileName().toString()));

        assertThat(weft(elsewhere, "./chain", "--version").out()).startsWith("weft ");
        assertThat(weft(temp, absolute.toString(), "--version").out()).startsWith("weft ");
        assertThat(weft(clone, "./weft", "--version").out()).startsWith("weft ");
        assertThat(weft(clone.resolve("weft-core"), "../weft", "--version").out())
                .startsWith("weft ");
        assertThat(builds()).isEqualTo(1);
    }

    @Test
    void standardOutputAndExitStatusAreTheProgramsAlone() throws Exception {
        Result first = weft(clone, "./weft", "--version");
        Result second = weft(clone, "./weft", "--version");
        Result wrong = weft(clone, "./weft", "--no-such-option");

        assertThat(first.out()).startsWith("weft ").hasLineCount(1);
        assertThat(first.err()).startsWith("Building Weft").hasLineCount(1);
        assertThat(second).isEqualTo(new Result(0, first.out(), ""));
        assertThat(wrong.exit()).isEqualTo(2);
    }

    @Test
    void startsFromAnAheadOfTimeCacheAndWithoutAWordWhereTheJvmCannotUseIt() throws Exception {
        Result plain = weft(clone, "./weft", "--version");

        Result logged = weft(clone, Map.of("WEFT_JAVA_OPTS", "-Xlog:class+load:stderr"), "./weft", "--version");
        Result other = weft(clone, Map.of("WEFT_JAVA_OPTS", "-XX:+UseCompactObjectHeaders"), "./weft", "--version");

        assertThat(logged.err().lines().filter(line -> line.contains(" dev.weft.cli.Main ")))
                .singleElement()
                .asString()
                .contains("shared objects file");
        assertThat(other).isEqualTo(new Result(0, plain.out(), ""));
    }

    @Test
    void runsOfInputsStartFromACacheOfTheirOwn() throws Exception {
        String runs = temp.resolve("runs").toString();
        String[] line = {"./weft", "map", "-q", "echo", ":::", "1"};
        Result plain = weft(clone, Map.of("WEFT_RUNS", runs), line);

        Result logged = weft(clone, Map.of("WEFT_RUNS", runs, "WEFT_JAVA_OPTS", "-Xlog:class+load:stderr"), line);

        assertThat(plain.out()).isEqualTo("1\n");
        assertThat(logged.err().lines().filter(each -> each.contains(" dev.weft.cli.map.run.MapRun ")))
                .singleElement()
                .asString()
                .contains("shared objects file");
        try (Stream<Path> kept = Files.list(Path.of(runs))) {
            assertThat(kept)
                    .as("the runs that the cache was made by are not the user's")
                    .hasSize(2);
        }
    }

    @Test
    void buildsAgainWhenASourceChangedOrVanished() throws Exception {
        weft(clone, "./weft", "--version");

        Files.writeString(source, "changed");
        Result changed = weft(clone, "./weft", "--version");
        Files.delete(source);
        Result deleted = weft(clone, "./weft", "--version");
        Result untouched = weft(clone, "./weft", "--version");

        assertThat(List.of(changed.err(), deleted.err()))
                .allSatisfy(line -> assertThat(line).contains("sources changed"));
        assertThat(untouched.err()).isEmpty();
        assertThat(builds()).isEqualTo(3);
    }

    @Test
    void concurrentFirstUsesBuildOnce() throws Exception {
        Files.writeString(clone.resolve("slow"), "");
        List<Run> runs = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            runs.add(start(clone, Map.of(), "./weft", "--version"));
        }
        await(() -> {
            int waiting = 0;
            for (Run run : runs) {
                waiting += run.errorsNow().contains("Waiting for another build") ? 1 : 0;
            }
            return waiting == 2;
        });
        Files.delete(clone.resolve("slow"));

        for (Run run : runs) {
            assertThat(run.end().out()).startsWith("weft ");
        }
        assertThat(builds()).isEqualTo(1);
    }

    @Test
    void whoEndsTheLauncherEndsItsBuild() throws Exception {
        Files.writeString(clone.resolve("slow"), "");
        Path pid = clone.resolve("maven.pid");
        Run run = start(clone, Map.of(), "./weft", "--version");
        await(() -> Files.exists(pid) && Files.readString(pid).endsWith("\n"));

        run.process().destroy();

        assertThat(run.end().exit()).isEqualTo(143);
        long maven = Long.parseLong(Files.readString(pid).strip());
        await(() -> ProcessHandle.of(maven).isEmpty());
        Files.delete(clone.resolve("slow"));
        assertThat(weft(clone, "./weft", "--version").out()).startsWith("weft ");
    }

    @Test
    void aFailedBuildIsOneReasonAndALogAndTheNextUseBuildsAgain() throws Exception {
        Files.writeString(clone.resolve("broken"), "");
        Result failed = weft(clone, "./weft", "--version");
        Files.delete(clone.resolve("broken"));
        Result mended = weft(clone, "./weft", "--version");

        assertThat(failed.exit()).isEqualTo(4);
        assertThat(failed.out()).isEmpty();
        assertThat(failed.err())
                .contains("Pump.java:[3,1] expected ;", "build.log")
                .hasLineCount(2);
        assertThat(mended.out()).startsWith("weft ");
    }

    @Test
    void namesAJavaHomeThatIsNoFittingJdk() throws Exception {
        Result result = weft(clone, Map.of("WEFT_JAVA_HOME", temp.toString()), "./weft", "--version");

        assertThat(result.exit()).isEqualTo(4);
        assertThat(result.err()).contains("WEFT_JAVA_HOME is " + temp, "JDK 25").hasLineCount(1);
    }

    /** Looks until the condition, which lies in other processes, holds. */
    private static void await(Callable<Boolean> condition) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (!condition.call()) {
            assertThat(System.nanoTime()).as("holds within 30 seconds").isLessThan(deadline);
            Thread.sleep(20);
        }
    }

    private long builds() throws IOException {
        try (Stream<String> lines = Files.lines(clone.resolve("builds"))) {
            return lines.count();
        }
    }

    private Result weft(Path directory, String... command) throws Exception {
        return weft(directory, Map.of(), command);
    }

    private Result weft(Path directory, Map<String, String> environment, String... command) throws Exception {
        return start(directory, environment, command).end();
    }

    private Run start(Path directory, Map<String, String> environment, String... command) throws IOException {
        Path out = Files.createTempFile(temp, "out", "");
        Path err = Files.createTempFile(temp, "err", "");
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectOutput(out.toFile())
                .redirectError(err.toFile());
        builder.environment().merge("PATH", temp.resolve("bin").toString(), (path, bin) -> bin + ":" + path);
        builder.environment().put("WEFT_JAVA_HOME", System.getProperty("java.home"));
        builder.environment().remove("WEFT_JAVA_OPTS");
        builder.environment().putAll(environment);
        Process process = builder.start();
        started.add(process);
        return new Run(process, out, err);
    }

    private record Result(int exit, String out, String err) {}

    private record Run(Process process, Path out, Path err) {

        Result end() throws Exception {
            assertThat(process.waitFor(60, TimeUnit.SECONDS))
                    .as("ends within a minute")
                    .isTrue();
            return new Result(process.exitValue(), Files.readString(out), errorsNow());
        }

        String errorsNow() throws IOException {
            return Files.readString(err);
        }
    }
}
