package dev.weft.cli.map;

import dev.weft.cli.command.Launcher;
import dev.weft.cli.map.input.Input;
import dev.weft.cli.map.run.Model;
import dev.weft.cli.map.run.Plan;
import dev.weft.cli.map.run.Work;
import java.io.PrintStream;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A command for each input. The model makes no difference beyond one at a time or several: commands are processes of
 * their own.
 */
final class CommandJob implements Job {
    private final Template template;
    private final Model model;

    CommandJob(List<String> command, boolean shell, @Nullable Set<String> columns, Model model, PrintStream err) {
        this.template = Template.of(command, shell, columns);
        if (model != Model.SEQUENTIAL && model != Model.THREADS) {
            err.println("weft: --with " + model.word() + " makes no difference for commands, each of which is a process"
                    + " of its own: --jobs says how many run at once");
        }
        this.model = model == Model.SEQUENTIAL ? model : Model.THREADS;
    }

    @Override
    public Model model() {
        return model;
    }

    @Override
    public Work work(Plan plan) {
        return new Work.Commands(Launcher.best(), template::fill, template.hasFixedProgram());
    }

    @Override
    public List<CommandWork> tasks(List<Input> inputs) {
        return inputs.stream()
                .map(input -> new CommandWork(input.index(), input.text(), template.fill(input, 1)))
                .toList();
    }

    @Override
    public String line(Input input) {
        return template.fill(input, 1).stream().map(Template::quoted).collect(Collectors.joining(" "));
    }
}
