package dev.weft.stress;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.loop.kernel.PoolTaskProtocol;
import dev.weft.loop.kernel.PromiseProtocol;
import dev.weft.loop.kernel.WakeUpProtocol;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Runs the jcstress tests of this module, each in a JVM of its own: what is in {@code dev.weft.loop.kernel} must hold,
 * and what is in {@link PlantedBug} must be found. The property {@code weft.stress.factor} makes it that many times
 * longer.
 */
class ProtocolStressTest {
    private static final int FACTOR = Integer.getInteger("weft.stress.factor", 1);
    private static final int MILLIS = 250;

    @TempDir
    private Path results;

    private String jcstress(String tests, int iterations) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--sun-misc-unsafe-memory-access=allow",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                "org.openjdk.jcstress.Main"));
        command.addAll(List.of("-t", tests, "-r", results.toString()));
        command.addAll(List.of("-f", "1", "-fsm", "1", "-iters", "" + iterations, "-time", "" + MILLIS));
        command.addAll(List.of("-sc", "false", "-af", "NONE", "-hs", "256", "-v"));
        command.addAll(List.of("-jvmArgs", "--sun-misc-unsafe-memory-access=allow"));
        Process process = new ProcessBuilder(command)
                .directory(results.toFile())
                .redirectErrorStream(true)
                .start();
        try {
            process.getOutputStream().close();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
            return output;
        } finally {
            process.destroyForcibly();
        }
    }

    /** The names of the tests in a class. */
    private static Set<String> tests(Class<?>... holders) {
        Set<String> names = new TreeSet<>();
        for (Class<?> holder : holders) {
            for (Class<?> test : holder.getClasses()) {
                names.add(holder.getName() + "." + test.getSimpleName());
            }
        }
        return names;
    }

    private static Set<String> named(String verdict, String output) {
        return Pattern.compile("\\[" + verdict + "] (dev[.]weft[.]\\S+)")
                .matcher(output)
                .results()
                .map(match -> match.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    @Test
    @Timeout(value = 15, unit = TimeUnit.MINUTES)
    void theProtocolsOfTheKernelHoldAndPlantedBugsAreFound() throws Exception {
        Set<String> real = tests(PromiseProtocol.class, PoolTaskProtocol.class, WakeUpProtocol.class);
        Set<String> planted = tests(PlantedBug.class);
        String output = jcstress("dev[.]weft[.].*", FACTOR);

        assertThat(named("OK", output)).as(output).containsAll(real);
        assertThat(named("FAILED", output)).as(output).doesNotContainAnyElementsOf(real);
        planted.removeAll(named("FAILED", output));
        for (int longer = 2; !planted.isEmpty() && longer <= 64; longer *= 2) { // in the busiest hours
            String tests = planted.stream().map(Pattern::quote).collect(Collectors.joining("|"));
            planted.removeAll(named("FAILED", jcstress(tests, longer)));
        }
        assertThat(planted).as("bugs that were not found").isEmpty();
    }
}
