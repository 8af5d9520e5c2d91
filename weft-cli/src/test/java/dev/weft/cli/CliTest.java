package dev.weft.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CliTest {
    @TempDir
    Path directory;

    private record Result(int code, String out, String err) {}

    private static Result run(String... args) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int code = new Cli(
                        new PrintStream(out, true, StandardCharsets.UTF_8),
                        new PrintStream(err, true, StandardCharsets.UTF_8))
                .execute(args);
        return new Result(code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "comapre                              | unknown command 'comapre'; did you mean 'compare'?",
                "frobnicate                           | unknown command 'frobnicate'; weft help lists what there is",
                "--qick                               | unknown option '--qick'",
                "compare cup                          | unknown workload 'cup'; did you mean 'cpu'?",
                "compare nothing                      | unknown workload 'nothing'; there are fetch, files, cpu, gzip and mixed",
                "compare --qick                       | unknown option '--qick'; did you mean '--quick'?",
                "compare --models sequential,threds   | unknown model 'threds'; did you mean 'threads'?",
                "compare --models sequential,         | unknown model ''",
                "compare --budget                     | option --budget needs a value: --budget TIME",
                "compare --budget never               | --budget expects a time from 1s to 24h, such as 90s or 5m, found 'never'",
                "compare --seed x                     | --seed expects a whole number, found 'x'",
                "compare -j 0                         | --workers expects a number from 1 to 256, found '0'",
                "compare -j 1000                      | --workers expects a number from 1 to 256, found '1000'",
                "compare --dir /nowhere               | --dir /nowhere: expected a directory that can be read, found nothing",
                "compare cpu --urls x                 | --urls is for the workloads fetch and mixed",
                "compare --html a --no-html           | --html a and --no-html contradict each other",
                "compare --json - --markdown -        | --json - and --markdown - both go to standard output",
                "compare --scaling --no-scaling       | --scaling and --no-scaling contradict each other",
                "compare --scaling --models loop      | --scaling counts threads, and --models leaves them out",
                "compare --sample 3                   | --sample is for inputs of your own",
                "compare map                          | compare map expects what weft map is to run",
                "compare cpu map echo ::: 1           | workload cpu and map are different work",
                "compare map -j 2 echo ::: 1          | --jobs settles what weft compare is to find out",
                "compare --models loop map echo ::: 1 | --models loop makes no sense for this work, since a command is",
                "compare -- map --csv /nowhere echo   | expected a file of inputs that can be read in /nowhere",
                "map --with cluster echo ::: 1        | --with cluster is for functions, which --java names: commands run on this",
                "map --with cluster --java W.java::m  | --with cluster needs --cluster DIRECTORY, the credentials that weft cluster init",
                "map --cluster c --java W.java::m     | --cluster is for --with cluster",
                "cluster                              | cluster expects init or agent",
                "cluster init c                       | cluster init expects a directory to make, and where agents will run",
                "cluster agent                        | cluster agent expects the directory of its credentials",
                "cluster agent c --slots 0            | --slots expects",
                "compare --models cluster             | unknown model 'cluster'; there are sequential, threads, gil, virtual, loop,",
                "why                                  | why expects the name or number of a task",
                "doctor now                           | unknown argument 'now'",
                "help cmpare                          | expected a command after help, found 'cmpare'; did you mean 'compare'?",
            })
    void wrongUsageIsOneLineAndExitCodeTwo(String arguments, String message) {
        Result result = run(arguments.strip().split(" +"));

        assertThat(result.err()).startsWith("weft: " + message).hasLineCount(1);
        assertThat(result.out()).isEmpty();
        assertThat(result.code()).isEqualTo(2);
    }

    @Test
    void badLineOfAUrlFileIsNamed() throws Exception {
        Path urls = Files.writeString(directory.resolve("urls"), "http://a/\n\nnonsense\n");

        Result result = run("compare", "fetch", "--urls", urls.toString(), "--no-html");

        assertThat(result.err()).startsWith("weft: " + urls + ":3: ").hasLineCount(1);
        assertThat(result.code()).isEqualTo(2);
    }

    @Test
    void reportThatCannotBeWrittenEndsTheProgramBeforeItMeasures() {
        Result result = run(
                "compare",
                "cpu",
                "--html",
                directory.resolve("no/such/place.html").toString());

        assertThat(result.err())
                .startsWith("weft: cannot write ")
                .contains("--no-html")
                .hasLineCount(1);
        assertThat(result.code()).isEqualTo(4);
    }

    @Test
    void helpIsAScreenWithExamplesFirst() {
        Result result = run("help");

        assertThat(result.code()).isZero();
        assertThat(result).isEqualTo(run()).isEqualTo(run("--help"));
        List<String> lines = result.out().lines().toList();
        assertThat(lines).hasSizeLessThanOrEqualTo(24).allMatch(line -> line.length() <= 84);
        assertThat(lines.get(2)).startsWith("  weft compare --quick");
        assertThat(run("compare", "--help")).isEqualTo(run("help", "compare"));
    }

    @Test
    void helpNamesEveryCommandAndEveryOption() {
        var commands = Cli.commandLine(System.out, System.err).getSubcommands();
        commands.forEach((name, command) -> {
            assertThat(run("help").out()).containsPattern("\n  (\\w+, )*" + name + "[ ,\n]");
            Result help = run("help", name);
            assertThat(help.out().lines().toList()).hasSizeLessThanOrEqualTo(48).allMatch(line -> line.length() <= 90);
            command.getCommandSpec().options().stream()
                    .filter(option -> !option.hidden())
                    .forEach(option -> assertThat(help.out()).contains(option.names()));
        });
        assertThat(Help.topics()).containsExactlyInAnyOrderElementsOf(commands.keySet());
    }

    @Test
    void doctorExplainsEveryFindingThatIsNotGreen() {
        Result result = run("doctor", "--no-color");

        assertThat(result.out())
                .contains("JDK")
                .contains("transport")
                .contains("open files")
                .contains("bench peers");
        long remedies =
                result.out().lines().filter(line -> line.contains("-> ")).count();
        long problems = result.out()
                .lines()
                .filter(line -> line.startsWith("! ") || line.startsWith("✗ "))
                .count();
        assertThat(remedies).isEqualTo(problems);
        assertThat(result.code()).isEqualTo(result.out().contains("✗ ") ? 1 : 0);
    }
}
