package dev.weft.cli.map;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;

/**
 * Files and directories that the user may not read or write: one clear line, and nothing runs. A superuser may all the
 * same; where the tests are run by one, the program is started without that privilege.
 */
@DisabledOnOs(OS.WINDOWS)
@Timeout(120)
class ForbiddenFilesIT extends Program {
    private static final String PRIVILEGES = "-dac_override,-dac_read_search";

    private List<String> unprivileged = List.of();

    @BeforeEach
    void mindPermissions() throws Exception {
        Path file = forbid(Files.writeString(directory.resolve("forbidden"), "1\n"), "---------");
        Files.createDirectory(directory.resolve("closed"));
        Files.writeString(directory.resolve("closed/file"), "1\n");
        forbid(directory.resolve("closed"), "---------");
        if (Files.isReadable(file)) {
            unprivileged = List.of("setpriv", "--bounding-set", PRIVILEGES, "--inh-caps", PRIVILEGES);
        }
        assumeTrue(areMinded(file), "permissions are not minded here, and the privilege cannot be given up");
    }

    private boolean areMinded(Path file) throws InterruptedException {
        List<String> look = new ArrayList<>(unprivileged);
        look.addAll(List.of("sh", "-c", "! cat \"$0\" 2>/dev/null", file.toString()));
        try {
            return start(new ProcessBuilder(look)).waitFor() == 0;
        } catch (IOException e) {
            return false; // there is no setpriv
        }
    }

    private static Path forbid(Path path, String permissions) throws IOException {
        return Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(permissions));
    }

    @Override
    List<String> weft(String... arguments) {
        return Stream.concat(unprivileged.stream(), super.weft(arguments).stream())
                .toList();
    }

    private void assertRefused(int code, String line, String... arguments) throws Exception {
        assertThat(run("", arguments)).as(err()).isEqualTo(code);
        assertThat(err()).isEqualTo("weft: " + line + "\n");
        assertThat(out()).isEmpty();
        assertThat(directory.resolve("ran")).doesNotExist();
    }

    @Test
    void filesOfInputs() throws Exception {
        for (String[] source : new String[][] {
            {"--input", "forbidden"}, {"--csv", "forbidden"}, {"--jsonl", "forbidden"}, {"--input", "closed/file"}
        }) {
            assertRefused(
                    2,
                    "expected a file of inputs that can be read in " + source[1] + ", found one that cannot be",
                    "map",
                    source[0],
                    source[1],
                    "touch",
                    "ran");
        }
    }

    @Test
    void directoriesOfFilesToBeFound() throws Exception {
        Files.writeString(directory.resolve("a.txt"), "");

        assertRefused(
                2,
                "--glob closed/*: cannot use closed (permission denied)",
                "map",
                "--glob",
                "closed/*",
                "touch",
                "ran");
        assertRefused(
                2, "--glob **.txt: cannot use closed (permission denied)", "map", "--glob", "**.txt", "touch", "ran");

        assertThat(run("", "map", "-q", "--glob", "*.txt", "echo")).as(err()).isZero();
        assertThat(out()).isEqualTo("a.txt\n");
    }

    @Test
    void hiddenDirectoriesAreNotLookedInto() throws Exception {
        Files.writeString(directory.resolve("a.txt"), "");
        Files.delete(forbid(directory.resolve("closed"), "rwx------").resolve("file"));
        Files.move(directory.resolve("closed"), directory.resolve(".closed"));
        forbid(directory.resolve(".closed"), "---------");

        assertThat(run("", "map", "-q", "--glob", "**.txt", "echo")).as(err()).isZero();
        assertThat(out()).isEqualTo("a.txt\n");
    }

    @Test
    void sourcesAndClassesOfFunctions() throws Exception {
        Path source = directory.resolve("F.java");
        Files.writeString(source, "//SOURCES G.java\nclass F { static int f(int x) { return x; } }");
        Path other = forbid(Files.writeString(directory.resolve("G.java"), "class G {}"), "---------");

        assertRefused(
                4,
                "cannot prepare F.java::f: cannot use G.java (permission denied)",
                "map",
                "--java",
                "F.java::f",
                ":::",
                "1");
        forbid(other, "rw-------");
        forbid(source, "---------");
        assertRefused(
                2,
                "--java expects a Java source that can be read in F.java, found one that cannot be",
                "map",
                "--java",
                "F.java::f",
                ":::",
                "1");
        assertRefused(
                2,
                "--java expects a Java source that can be read in closed/F.java, found one that cannot be",
                "map",
                "--java",
                "closed/F.java::f",
                ":::",
                "1");
        Path jar = forbid(Files.writeString(directory.resolve("f.jar"), ""), "---------");
        assertRefused(
                2,
                "--java expects a jar that can be read in f.jar, found one that cannot be",
                "map",
                "--java",
                "f.jar::F::f",
                ":::",
                "1");
        assertRefused(
                2,
                "--class-path expects jars and directories, found what cannot be read in " + jar,
                "map",
                "--class-path",
                jar.toString(),
                "--java",
                "F::f",
                ":::",
                "1");
        assertRefused(
                2,
                "--class-path expects a directory of jars in closed, and it cannot be read: permission denied",
                "map",
                "--class-path",
                "closed/*",
                "--java",
                "F::f",
                ":::",
                "1");
    }

    @Test
    void theDirectoryOfRuns() throws Exception {
        Path runs = Files.createDirectory(directory.resolve("runs"));
        String advice = " (permission denied): name another directory in the variable WEFT_RUNS";

        forbid(runs, "r-xr-xr-x");
        assertRefused(4, "cannot keep runs in " + runs + advice, "map", "touch", "ran", ":::", "1");
        forbid(runs, "---------");
        assertRefused(4, "cannot keep runs in " + runs + advice, "map", "touch", "ran", ":::", "1");
        for (String command : List.of("runs", "resume", "report")) {
            assertRefused(4, "cannot use " + runs + " (permission denied)", command);
        }

        environment.put("WEFT_RUNS", directory.resolve("closed/runs").toString());
        assertRefused(
                4,
                "cannot keep runs in " + directory.resolve("closed/runs") + advice,
                "map",
                "touch",
                "ran",
                ":::",
                "1");
    }

    @Test
    void theFilesOfARun() throws Exception {
        assertThat(run("1\n2\n", "map", "-q", "sh", "-c", "exit 1")).isEqualTo(1);
        for (String name : List.of("run.json", "inputs.jsonl", "outcomes.jsonl", "sessions.jsonl", "lock")) {
            Path file = forbid(run().resolve(name), "---------");
            String line = "cannot use " + file + " (permission denied)";
            for (String command : List.of("resume", "report")) {
                assertRefused(4, line, command);
            }
            if (name.equals("run.json") || name.equals("outcomes.jsonl") || name.equals("lock")) {
                assertThat(run("", "runs")).as(err()).isZero();
                assertThat(out()).isEqualTo(run().getFileName() + "  " + line + "\n");
            }
            forbid(file, "rw-------");
        }
        assertThat(run("", "rerun")).as(err()).isEqualTo(1);
    }

    @Test
    void placesOfResults() throws Exception {
        Path results = forbid(Files.createDirectory(directory.resolve("results")), "r-xr-xr-x");

        assertRefused(
                4,
                "cannot write results (permission denied): choose another directory with --results",
                "map",
                "--results",
                results.getFileName().toString(),
                "touch",
                "ran",
                ":::",
                "1");
        assertRefused(
                4,
                "cannot use " + directory.resolve("closed/results") + " (permission denied)",
                "map",
                "--results",
                "closed/results",
                "touch",
                "ran",
                ":::",
                "1");
        for (String[] file : new String[][] {{"--summary", "forbidden"}, {"--report", "closed/file"}}) {
            assertRefused(
                    4,
                    "cannot write " + file[1] + " (permission denied): choose another place with " + file[0],
                    "map",
                    file[0],
                    file[1],
                    "touch",
                    "ran",
                    ":::",
                    "1");
        }
    }

    @Test
    void profilesAndNumbersOfJobs() throws Exception {
        assertRefused(
                2,
                "--jobs @forbidden: cannot read the file: permission denied",
                "map",
                "--jobs",
                "@forbidden",
                "touch",
                "ran",
                ":::",
                "1");
        environment.put("WEFT_CONFIG", "forbidden");
        assertRefused(
                2,
                "cannot read the profiles in forbidden: expected a file of text in UTF-8 that you may read; mend it, or name another with WEFT_CONFIG",
                "map",
                "touch",
                "ran",
                ":::",
                "1");
    }

    @Test
    void filesOfComparisons() throws Exception {
        assertRefused(
                4,
                "expected what weft compare --json writes (weft-compare/1) in forbidden, found: permission denied",
                "report",
                "forbidden");
        assertRefused(
                2, "--urls forbidden cannot be read: permission denied", "compare", "fetch", "--urls", "forbidden");
    }

    @Test
    void commands() throws Exception {
        assertThat(run("", "map", "-q", "./forbidden", ":::", "1", "2")).isEqualTo(4);
        assertThat(err()).contains("cannot start './forbidden': ").doesNotContain("Exception");
        assertThat(out()).isEmpty();
    }
}
