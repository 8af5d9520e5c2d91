package dev.weft.cli;

import dev.weft.cli.cluster.ClusterCommand;
import dev.weft.cli.compare.CompareCommand;
import dev.weft.cli.dash.DashCommand;
import dev.weft.cli.doctor.DoctorCommand;
import dev.weft.cli.live.DumpCommand;
import dev.weft.cli.live.PsCommand;
import dev.weft.cli.live.TopCommand;
import dev.weft.cli.live.TraceCommand;
import dev.weft.cli.live.TreeCommand;
import dev.weft.cli.live.WhyCommand;
import dev.weft.cli.map.AdviseCommand;
import dev.weft.cli.map.CompareMapCommand;
import dev.weft.cli.map.FetchCommand;
import dev.weft.cli.map.MapCommand;
import dev.weft.cli.map.ResumeCommand;
import dev.weft.cli.map.RunsCommand;
import dev.weft.cli.report.ReportCommand;
import dev.weft.cli.shell.CompletionCommand;
import dev.weft.cli.text.Nearest;
import dev.weft.cli.text.RawPath;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.UnmatchedArgumentException;

/** Understands the command line and runs its command. */
final class Cli {
    private static final List<String> HELP_OPTIONS = List.of("--help", "-h");

    /** The commands that take profiles. */
    private static final List<String> PROFILED = List.of("map", "fetch", "compare");

    /** The options of {@code advise} itself, and those of {@code map} that settle what it is to find out. */
    private static final List<String> OF_ADVICE = List.of("--for=", "--json", "--debug");

    private static final List<String> SETTLED_BY_ADVICE =
            List.of("--with=", "--jobs=", "-j=", "--ungroup", "-u", "--dry-run");

    /** The commands behind whose name are words of other programs. */
    private static final List<String> FOREIGN = List.of("map", "advise", "completion");

    /** The root of the commands; the commands themselves are separate classes. */
    @Command(name = "weft")
    static final class Root {
        @Option(names = "--debug", scope = ScopeType.INHERIT)
        private boolean debug;
    }

    private final PrintStream out;
    private final PrintStream err;

    Cli(PrintStream out, PrintStream err) {
        this.out = out;
        this.err = err;
    }

    /** Runs a command on the standard streams and returns its exit code. */
    static int run(String... args) {
        return new Cli(stream(FileDescriptor.out), stream(FileDescriptor.err)).execute(args);
    }

    /** Buffered, unlike System.out, and in the encoding of today's terminals and files even where no locale is set. */
    private static PrintStream stream(FileDescriptor descriptor) {
        boolean windows = System.getProperty("os.name").startsWith("Windows");
        Charset charset = windows ? Charset.forName(System.getProperty("stdout.encoding")) : StandardCharsets.UTF_8;
        return new PrintStream(new FileOutputStream(descriptor), false, charset);
    }

    int execute(String... args) {
        List<String> words = List.of(args);
        int code;
        if (words.isEmpty() || words.getFirst().equals("help") || HELP_OPTIONS.contains(words.getFirst())) {
            code = help(words.size() > 1 ? words.get(1) : "");
        } else if (options(words).anyMatch(HELP_OPTIONS::contains)) {
            code = help(words.getFirst());
        } else {
            try {
                CommandLine commands = commandLine(out, err, words.getFirst());
                code = commands.execute(profiled(withoutSeparator(words)).toArray(String[]::new));
            } catch (CliException e) {
                code = fail(String.valueOf(e.getMessage()));
            } catch (Error e) {
                e.printStackTrace(err); // no memory, or a broken build: more than a line is needed
                fail("cannot go on: " + e);
                code = ExitCodes.FAILURE;
            }
        }
        out.flush();
        err.flush();
        return code;
    }

    private static List<String> profiled(List<String> words) {
        Path file = Profiles.place();
        return words.getFirst().equals("advise")
                ? Profiles.expandAdvice(words, OF_ADVICE, SETTLED_BY_ADVICE, PROFILED, file)
                : Profiles.expand(words, PROFILED, file);
    }

    /**
     * The words that may be options of ours: behind {@code map} and its like, those of a command that is run are not.
     */
    private static Stream<String> options(List<String> words) {
        return words.getFirst().equals("compare")
                ? words.stream().takeWhile(word -> !word.equals("map"))
                : words.stream().limit(FOREIGN.contains(words.getFirst()) ? 2 : Long.MAX_VALUE);
    }

    private int help(String topic) {
        if (!topic.isEmpty() && !Help.topics().contains(topic)) {
            return fail("expected a command after help, found '" + topic + "'" + suggestion(topic, Help.topics()));
        }
        out.print(Help.of(topic));
        return ExitCodes.OK;
    }

    /** All commands and options. */
    static CommandLine commandLine(PrintStream out, PrintStream err) {
        return commandLine(out, err, "");
    }

    /**
     * The commands of a command line.
     *
     * @param first its first word; if that is a command, the others are left out, each of which takes milliseconds to
     *     describe
     */
    private static CommandLine commandLine(PrintStream out, PrintStream err, String first) {
        Map<String, Supplier<Object>> all = commands(out, err);
        Cli cli = new Cli(out, err);
        Root root = new Root();
        CommandLine commands = new CommandLine(root);
        all.forEach((name, command) -> {
            if (name.equals(first) || !all.containsKey(first)) {
                commands.addSubcommand(name, command.get());
            }
        });
        return commands.registerConverter(Path.class, RawPath::of)
                .setOverwrittenOptionsAllowed(true) // the last one wins, also over that of a profile
                .setParameterExceptionHandler((problem, _) -> cli.fail(cli.oneLine(problem)))
                .setExecutionExceptionHandler((problem, _, _) -> cli.failed(problem, root.debug));
    }

    private static Map<String, Supplier<Object>> commands(PrintStream out, PrintStream err) {
        Map<String, Supplier<Object>> all = new LinkedHashMap<>();
        all.put("compare", () -> compare(out, err));
        all.put("doctor", () -> new DoctorCommand(out));
        all.put("map", () -> new CommandLine(new MapCommand(out, err)).setStopAtPositional(true));
        all.put("fetch", () -> FetchCommand.of(out, err));
        all.put("advise", () -> AdviseCommand.of(out, err));
        all.put("resume", () -> ResumeCommand.resume(out, err));
        all.put("rerun", () -> ResumeCommand.rerun(out, err));
        all.put("runs", () -> new RunsCommand(out));
        all.put("ps", () -> new PsCommand(out, err));
        all.put("tree", () -> new TreeCommand(out));
        all.put("top", () -> new TopCommand(out));
        all.put("why", () -> new WhyCommand(out));
        all.put("dump", () -> new DumpCommand(out));
        all.put("trace", () -> new TraceCommand(err));
        all.put("report", () -> new ReportCommand(out));
        all.put("dash", () -> new DashCommand(out, err));
        all.put("cluster", () -> ClusterCommand.of(out));
        all.put("completion", () -> new CompletionCommand(out, Help.topics(), () -> commandLine(out, err)));
        return all;
    }

    private static CommandLine compare(PrintStream out, PrintStream err) {
        return new CommandLine(new CompareCommand(out, err)).addSubcommand("map", CompareMapCommand.of(out, err));
    }

    /** A separator before what is to be compared may stand there, and need not. */
    private static List<String> withoutSeparator(List<String> words) {
        int separator = words.indexOf("--");
        if (!words.getFirst().equals("compare")
                || separator < 0
                || separator + 1 == words.size()
                || !words.get(separator + 1).equals("map")) {
            return words;
        }
        List<String> without = new ArrayList<>(words);
        without.remove(separator);
        return without;
    }

    private String oneLine(ParameterException problem) {
        CommandLine command = problem.getCommandLine();
        if (problem instanceof UnmatchedArgumentException unmatched) {
            String word = unmatched.getUnmatched().getFirst();
            boolean option = word.startsWith("-");
            boolean atRoot = command.getParent() == null;
            List<String> names = new ArrayList<>();
            if (option) {
                command.getCommandSpec().options().forEach(spec -> names.addAll(Arrays.asList(spec.names())));
            } else if (atRoot) {
                names.addAll(command.getSubcommands().keySet());
                names.add("help");
            }
            String kind = option ? "option" : atRoot ? "command" : "argument";
            return "unknown " + kind + " '" + word + "'" + suggestion(word, names);
        }
        if (problem instanceof MissingParameterException missing
                && !missing.getMissing().isEmpty()
                && missing.getMissing().getFirst() instanceof OptionSpec spec) {
            return "option " + spec.longestName() + " needs a value: " + spec.longestName() + " " + spec.paramLabel();
        }
        return String.valueOf(problem.getMessage()).lines().findFirst().orElse("wrong arguments");
    }

    private static String suggestion(String word, List<String> names) {
        return Nearest.to(word, names)
                .map(name -> "; did you mean '" + name + "'?")
                .orElse("; weft help lists what there is");
    }

    private int failed(Exception problem, boolean debug) {
        if (debug) {
            problem.printStackTrace(err);
        }
        if (problem instanceof ParameterException wrong) {
            return fail(oneLine(wrong)); // of a command line in a command line
        }
        if (problem instanceof CliException known) {
            fail(String.valueOf(known.getMessage()));
            return known.exitCode();
        }
        fail("unexpected failure: " + problem + (debug ? "" : "; --debug shows where, for a bug report"));
        return ExitCodes.FAILURE;
    }

    private int fail(String message) {
        out.flush();
        err.println("weft: " + message);
        return ExitCodes.USAGE;
    }
}
