package dev.weft.cli.dash;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.cli.html.InBrowser;
import dev.weft.cli.html.PageChecks;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The real program shows a real process in a real browser. */
@Timeout(300)
class DashIT extends InBrowser {
    @TempDir
    private static Path directory;

    private static final List<Process> STARTED = new ArrayList<>();
    private static Process subject;
    private static Process dash;
    private static URI address;

    @BeforeAll
    static void startAll() throws Exception {
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
        subject = subject("subject");
        dash = weft("dash", subject);
        address = address("dash");
    }

    @AfterAll
    static void endAll() throws Exception {
        for (Process process : STARTED) {
            process.destroyForcibly().waitFor();
        }
    }

    private static Process start(String name, String... arguments) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-Xlog:disable", "-Xlog:all=error:stderr", "-XX:TieredStopAtLevel=1"));
        command.addAll(List.of("--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow"));
        command.addAll(List.of("--add-opens", "java.base/java.lang=ALL-UNNAMED"));
        command.addAll(List.of("-cp", System.getProperty("java.class.path")));
        command.addAll(List.of(arguments));
        var builder = new ProcessBuilder(command)
                .redirectOutput(directory.resolve(name + ".out").toFile())
                .redirectError(directory.resolve(name + ".err").toFile());
        builder.environment().put("XDG_RUNTIME_DIR", directory.toString());
        builder.environment().put("WEFT_RUNTIME_DIR", directory.resolve("weft").toString());
        Process process = builder.start();
        STARTED.add(process);
        return process;
    }

    private static Process subject(String name) throws Exception {
        Process process = start(name, Subject.class.getName());
        until("the subject to be ready", () -> out(name).contains("ready"));
        Path socket = directory.resolve("weft").resolve(process.pid() + ".sock");
        until("the subject to listen at " + socket, () -> Files.exists(socket));
        return process;
    }

    private static Process weft(String name, Process target) throws IOException {
        return start(name, "dev.weft.cli.Main", "dash", Long.toString(target.pid()));
    }

    private static URI address(String name) throws Exception {
        until(
                "the address to be printed: " + Files.readString(directory.resolve(name + ".err")),
                () -> out(name).endsWith("\n"));
        return URI.create(out(name).strip());
    }

    private static String out(String name) throws IOException {
        return Files.readString(directory.resolve(name + ".out"));
    }

    private static void until(String what, Callable<Boolean> condition) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (!condition.call()) {
            assertThat(System.nanoTime()).as("waiting for " + what).isLessThan(deadline);
            TimeUnit.MILLISECONDS.sleep(20);
        }
    }

    private void untilTrue(String expression) throws Exception {
        until(expression, () -> tab.evaluate(expression).booleanValue());
    }

    private void show(URI page) throws Exception {
        tab.open(page);
        untilTrue("document.querySelectorAll('.tree li').length > 5");
    }

    private String state() {
        return tab.text("document.getElementById('state').textContent");
    }

    @ParameterizedTest
    @CsvSource({"375, light", "375, dark", "1440, light", "1440, dark"})
    void fitsTheScreenAndHasContrast(int width, String scheme) throws Exception {
        tab.screen(width, 812);
        tab.scheme(scheme);

        show(address);

        PageChecks.fitsTheWidth(tab, width);
        PageChecks.textHasContrast(tab);
        PageChecks.hasStructure(tab);
        assertThat(tab.problems()).isEmpty();
        assertThat(tab.requests())
                .allMatch(request ->
                        request.startsWith("http://127.0.0.1:" + address.getPort() + "/") || request.equals("data:,"));
    }

    @Test
    void showsLoopsGroupsAndTasksWithWhatTheyWaitFor() throws Exception {
        show(address);

        String tree = tab.text("document.getElementById('tasks').textContent");
        assertThat(tree).contains("loop run-1", "group", "inner", "waits for sleep", "Subject.sleepLong(Subject.java:");
        assertThat(tree).contains("200 × sleeper-* waits for sleep", "waiting one waits for Lock");
        assertThat(tab.text("document.getElementById('process').textContent")).contains(Long.toString(subject.pid()));
        assertThat(tab.evaluate("document.querySelectorAll('.tree ul ul li').length")
                        .intValue())
                .isPositive();
    }

    @Test
    void deadlocksComeFirst() throws Exception {
        show(address);
        untilTrue("!document.getElementById('deadlocks').hidden");

        assertThat(tab.text("document.querySelector('main').innerText")).startsWith("Deadlocks");
        assertThat(tab.texts("[...document.querySelectorAll('#deadlocks li')].map((node) => node.textContent)"))
                .singleElement()
                .asString()
                .contains("one waits for Lock[", "two waits for Lock[", "None goes on unless one is cancelled");
    }

    @Test
    void namesAreTextWhateverIsInThem() throws Exception {
        show(address);

        assertThat(tab.text("document.getElementById('tasks').textContent"))
                .contains("<img src=x onerror='hacked=1'></script>\\u{202e} odd");
        assertThat(tab.evaluate("typeof hacked").asString()).isEqualTo("undefined");
        assertThat(tab.evaluate("document.querySelectorAll('img').length").intValue())
                .isZero();
        assertThat(tab.problems()).isEmpty();
    }

    @Test
    void filtersByKeyboard() throws Exception {
        show(address);

        PageChecks.tabTo(tab, "#filter");
        tab.type("INNER sleep");

        assertThat(tab.text("document.getElementById('tasks').textContent"))
                .contains("keeper", "inner")
                .doesNotContain("sleeper-", "two");
        assertThat(tab.text("document.getElementById('shown').textContent")).contains("Only what fits");
        tab.type("xyz");
        assertThat(tab.text("document.getElementById('shown').textContent")).contains("Nothing fits");
    }

    @Test
    void pausesAndGoesOnByKeyboard() throws Exception {
        show(address);
        PageChecks.tabTo(tab, "#pause");

        tab.press("Enter", ENTER);

        untilTrue("document.getElementById('state').textContent === 'paused'");
        assertThat(tab.text("document.getElementById('pause').getAttribute('aria-pressed')"))
                .isEqualTo("true");
        tab.press("Enter", ENTER);
        untilTrue("document.getElementById('state').textContent === 'live'");
        assertThat(tab.problems()).isEmpty();
    }

    @Test
    void whatIsFoldedAndFocusedStaysSoWhenTheNextSnapshotComes() throws Exception {
        show(address);
        PageChecks.tabTo(tab, ".tree summary");
        tab.evaluate("window.focused = document.activeElement; window.before = byId('figures').textContent");
        tab.evaluate("document.activeElement.click()");

        untilTrue("document.getElementById('figures').textContent !== before");
        untilTrue("document.getElementById('state').textContent === 'live'");

        assertThat(tab.evaluate("document.activeElement === focused && focused.isConnected")
                        .booleanValue())
                .isTrue();
        assertThat(tab.evaluate("focused.parentElement.open").booleanValue()).isFalse();
    }

    @Test
    void theKeyLeavesTheAddressAndSurvivesAReload() throws Exception {
        show(address);

        assertThat(tab.text("location.href")).isEqualTo("http://127.0.0.1:" + address.getPort() + "/");
        show(URI.create(tab.text("location.href")));
        assertThat(state()).isEqualTo("live");
        assertThat(tab.requests()).noneMatch(request -> request.contains(address.getFragment()));
    }

    @Test
    void withoutTheKeyThePageSaysWhatIsMissing() throws Exception {
        // The other name of the address is another origin, which knows no key.
        tab.open(URI.create("http://localhost:" + address.getPort() + "/#wrong"));

        untilTrue("document.getElementById('state').textContent.startsWith('refused')");
        assertThat(state()).contains("the address that weft dash printed");
        assertThat(tab.evaluate("document.querySelectorAll('.tree li').length").intValue())
                .isZero();
    }

    /** What the server answers, as it comes over the wire. */
    private static String answer(String path, String... fields) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), address.getPort())) {
            socket.setSoTimeout(30_000);
            String request =
                    "GET " + path + " HTTP/1.1\r\n" + String.join("\r\n", fields) + "\r\nConnection: close\r\n\r\n";
            socket.getOutputStream().write(request.getBytes(US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), US_ASCII);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "Bearer", "Bearer ", "Bearer x", "Basic KEY", "bearer KEY", "Bearer KEYx", "KEY"})
    void eventsNeedTheKey(String authorization) throws Exception {
        String field = "Authorization: " + authorization.replace("KEY", address.getFragment());

        assertThat(answer("/events", "Host: 127.0.0.1", field))
                .startsWith("HTTP/1.1 401 ")
                .doesNotContain("snapshot", "sleeper");
        assertThat(answer("/events?key=" + address.getFragment(), "Host: 127.0.0.1"))
                .startsWith("HTTP/1.1 401 ");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "evil.example",
                "evil.example:80",
                "127.0.0.1.evil.example",
                "[::1]",
                "127.0.0.2",
                "localhost.evil"
            })
    void noOtherNameIsAnswered(String host) throws Exception {
        for (String path : List.of("/", "/events")) {
            assertThat(answer(path, "Host: " + host, "Authorization: Bearer " + address.getFragment()))
                    .startsWith("HTTP/1.1 421 ")
                    .doesNotContain("<html", "snapshot");
        }
    }

    @Test
    void thePageHoldsNothingSecretAndIsNeverCachedNorFramed() throws Exception {
        String page = answer("/", "Host: 127.0.0.1:" + address.getPort());

        assertThat(page).startsWith("HTTP/1.1 200 ").doesNotContain(address.getFragment(), "sleeper");
        assertThat(page.toLowerCase(Locale.ROOT))
                .contains("cache-control: no-store", "referrer-policy: no-referrer", "x-content-type-options: nosniff")
                .contains("frame-ancestors 'none'", "default-src 'none'", "connect-src 'self'", "x-frame-options: deny")
                .doesNotContain("access-control-allow", "unsafe-inline", "set-cookie");
        assertThat(address.getFragment()).hasSize(43);
        assertThat(answer("/other", "Host: 127.0.0.1")).startsWith("HTTP/1.1 404 ");
    }

    @Test
    void aProcessThatEndsIsShownAsEnded() throws Exception {
        Process other = subject("short-lived");
        Process shown = weft("dash-short", other);
        show(address("dash-short"));

        other.destroyForcibly().waitFor();

        untilTrue("document.getElementById('state').textContent.startsWith('ended')");
        assertThat(state()).contains("process " + other.pid() + " has ended");
        assertThat(tab.text("document.getElementById('tasks').textContent"))
                .as("what was seen last")
                .contains("inner");
        assertThat(shown.isAlive()).isTrue();

        assertThat(new ProcessBuilder("kill", "-INT", Long.toString(shown.pid()))
                        .start()
                        .waitFor())
                .isZero();
        assertThat(shown.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(shown.exitValue()).isZero();
        tab.open(URI.create("about:blank"));
    }

    @Test
    void aProcessThatIsNotThereIsALine() throws Exception {
        Process none = start("none", "dev.weft.cli.Main", "dash", "999999999");
        Process nonsense = start("nonsense", "dev.weft.cli.Main", "dash", "x");

        assertThat(none.waitFor()).isEqualTo(2);
        assertThat(nonsense.waitFor()).isEqualTo(2);
        assertThat(Files.readString(directory.resolve("none.err")))
                .contains("there is no process 999999999")
                .hasLineCount(1);
        assertThat(Files.readString(directory.resolve("nonsense.err")))
                .contains("expected the number of a process, found 'x'")
                .hasLineCount(1);
        assertThat(dash.isAlive()).isTrue();
    }
}
