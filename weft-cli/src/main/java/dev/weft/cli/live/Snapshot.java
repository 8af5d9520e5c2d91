package dev.weft.cli.live;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * What a process has told of itself at one moment. Times are in seconds, sizes in bytes; a number that is not known is
 * negative, a text null. Immutable.
 *
 * @param process the process
 * @param loops its loops that run
 * @param pools its pools that are open
 * @param groups groups that are shown
 * @param tasks tasks that are shown as themselves
 * @param folds tasks that are alike, as one
 * @param parties what tasks wait for, or what waits for tasks, and is none of a loop or pool: threads, futures, tasks
 *     that have not begun
 * @param deadlocks cycles of waits, each as the ids of those who wait, each for the next
 * @param rests what has been used by what is no task, or no longer; of {@link Session#top} only
 * @param interval the time since the last question, of {@link Session#top} only
 */
public record Snapshot(
        ProcessFacts process,
        List<LoopFacts> loops,
        List<PoolFacts> pools,
        List<GroupFacts> groups,
        List<TaskFacts> tasks,
        List<Fold> folds,
        List<TaskFacts> parties,
        List<List<String>> deadlocks,
        List<Rest> rests,
        double interval) {
    /**
     * A process.
     *
     * @param pid its number
     * @param main its main class, or jar
     * @param user whose it is
     * @param jdk its Java version
     * @param scheduler what runs its coroutines: "loop", or "portable" where it was started without the flag
     * @param started when it was started, as ISO-8601
     * @param age how long ago that is
     * @param processors how many processors it may use
     * @param heapUsed how much of its heap is in use
     * @param heapMost how large its heap may become
     * @param loops how many loops it runs
     * @param tasks how many of their tasks have begun and not ended
     * @param pools how many pools are open
     * @param snapshot the number of this snapshot
     */
    public record ProcessFacts(
            long pid,
            String main,
            @Nullable String user,
            @Nullable String jdk,
            @Nullable String scheduler,
            @Nullable String started,
            double age,
            int processors,
            long heapUsed,
            long heapMost,
            int loops,
            int tasks,
            int pools,
            long snapshot) {
        static ProcessFacts of(JsonNode line) {
            return new ProcessFacts(
                    number(line, "pid"),
                    line.path("main").asString(""),
                    text(line, "user"),
                    text(line, "jdk"),
                    text(line, "scheduler"),
                    text(line, "started"),
                    seconds(line, "age"),
                    (int) number(line, "processors"),
                    number(line, "heapUsed"),
                    number(line, "heapMost"),
                    (int) number(line, "loops"),
                    (int) number(line, "tasks"),
                    (int) number(line, "pools"),
                    number(line, "snapshot"));
        }
    }

    /**
     * A loop.
     *
     * @param id what others call it here
     * @param name its name
     * @param state {@code running}, {@code resting} or {@code ended}
     * @param scheduler what runs its coroutines
     * @param thread the thread that runs it
     * @param tasks how many of its tasks have begun and not ended
     * @param waiting how many of those wait
     * @param ready how many steps are ready to run
     * @param timers how many timers are pending
     * @param begun how many tasks it has begun so far
     * @param steps how many steps it has made so far
     * @param in the id of the task that runs, or null
     * @param heldFor for how long that has been the same step; negative if it has not been seen for long
     * @param cpu what its thread has computed
     */
    public record LoopFacts(
            String id,
            String name,
            String state,
            @Nullable String scheduler,
            @Nullable String thread,
            int tasks,
            int waiting,
            int ready,
            int timers,
            long begun,
            long steps,
            @Nullable String in,
            double heldFor,
            double cpu) {
        static LoopFacts of(JsonNode line) {
            return new LoopFacts(
                    line.path("id").asString(""),
                    line.path("name").asString(""),
                    line.path("state").asString(""),
                    text(line, "scheduler"),
                    text(line, "thread"),
                    (int) number(line, "tasks"),
                    (int) number(line, "waiting"),
                    (int) number(line, "ready"),
                    (int) number(line, "timers"),
                    number(line, "begun"),
                    number(line, "steps"),
                    text(line, "in"),
                    seconds(line, "heldFor"),
                    seconds(line, "cpu"));
        }
    }

    /**
     * A pool.
     *
     * @param id what others call it here
     * @param name its name
     * @param type its class
     * @param parallelism how many tasks it runs at once at most
     * @param pending how many of its tasks have not ended
     * @param running how many of those a thread of this process runs
     * @param submitted how many it has taken
     * @param succeeded how many have ended with a result
     * @param failed how many have failed
     * @param cancelled how many were cancelled
     * @param closing whether it takes no more
     */
    public record PoolFacts(
            String id,
            String name,
            String type,
            int parallelism,
            int pending,
            int running,
            long submitted,
            long succeeded,
            long failed,
            long cancelled,
            boolean closing) {
        static PoolFacts of(JsonNode line) {
            return new PoolFacts(
                    line.path("id").asString(""),
                    line.path("name").asString(""),
                    line.path("type").asString(""),
                    (int) number(line, "parallelism"),
                    (int) number(line, "pending"),
                    (int) number(line, "running"),
                    number(line, "submitted"),
                    number(line, "succeeded"),
                    number(line, "failed"),
                    number(line, "cancelled"),
                    line.path("closing").asBoolean(false));
        }
    }

    /**
     * A group.
     *
     * @param id what others call it here
     * @param parent the task that opened it
     * @param tasks how many tasks it has
     * @param notBegun how many of those have not begun
     * @param cancelling why it is being cancelled, or null
     */
    public record GroupFacts(
            String id,
            String parent,
            int tasks,
            int notBegun,
            @Nullable String cancelling) {
        static GroupFacts of(JsonNode line) {
            return new GroupFacts(
                    line.path("id").asString(""),
                    line.path("parent").asString(""),
                    (int) number(line, "tasks"),
                    (int) number(line, "notBegun"),
                    text(line, "cancelling"));
        }
    }

    /**
     * A task, or something else that waits or is waited for.
     *
     * @param id its number, such as {@code 1.4}; for what has none one that holds for this snapshot only
     * @param name its name
     * @param parent what it stands below: a loop, a pool, a group or a fold; null for what stands nowhere
     * @param loop its loop, or null
     * @param type {@code task}, {@code pool task}, {@code thread} or {@code future}
     * @param state {@code running}, {@code ready}, {@code waiting}, {@code elsewhere} or {@code ended}
     * @param waitsFor what it waits for, in words
     * @param limited whether that wait has a limit of time of its own
     * @param at where it is in the program's own code, as {@code Class.method(File.java:12)}
     * @param cancelling why it is being cancelled, or null
     * @param match whether it is what was asked for
     * @param awaits those that have to do something before it goes on
     * @param awaitsGroup the group whose tasks it waits for, or null
     * @param thread the number of its thread
     * @param age how long ago it took its first step
     * @param deadline when the nearest deadline of its blocks comes, from now on; negative if it is over; not a number
     *     if it has none
     * @param shielded whether a block of it keeps cancellation out
     * @param steps how many steps it has made since somebody counts
     * @param busy how long those took
     * @param cpu how much of that was computing
     * @param allocated what it has allocated meanwhile
     * @param recent what it has computed since the last question of {@link Session#top}
     * @param stack its calls, the innermost first, if they were asked for
     */
    public record TaskFacts(
            String id,
            String name,
            @Nullable String parent,
            @Nullable String loop,
            String type,
            String state,
            @Nullable String waitsFor,
            boolean limited,
            @Nullable String at,
            @Nullable String cancelling,
            boolean match,
            List<String> awaits,
            @Nullable String awaitsGroup,
            long thread,
            double age,
            double deadline,
            boolean shielded,
            long steps,
            double busy,
            double cpu,
            long allocated,
            double recent,
            List<String> stack) {
        static TaskFacts of(JsonNode line) {
            return new TaskFacts(
                    line.path("id").asString(""),
                    line.path("name").asString(""),
                    text(line, "parent"),
                    text(line, "loop"),
                    line.path("type").asString(""),
                    line.path("state").asString(""),
                    text(line, "waitsFor"),
                    line.path("limited").asBoolean(false),
                    text(line, "at"),
                    text(line, "cancelling"),
                    line.path("match").asBoolean(false),
                    texts(line, "awaits"),
                    text(line, "awaitsGroup"),
                    number(line, "thread"),
                    seconds(line, "age"),
                    line.path("deadline").asDouble(Double.NaN),
                    line.path("shielded").asBoolean(false),
                    number(line, "steps"),
                    seconds(line, "busy"),
                    seconds(line, "cpu"),
                    number(line, "allocated"),
                    seconds(line, "recent"),
                    texts(line, "stack"));
        }
    }

    /**
     * Tasks that are alike.
     *
     * @param id what others call it here
     * @param parent what they stand below
     * @param count how many they are
     * @param names their names, with * for the digits at the end; null if they have different ones
     * @param type as for a task
     * @param state as for a task
     * @param waitsFor as for a task
     * @param cancelling as for a task
     * @param looked of how many of them the place was looked up
     * @param places where those are, the most frequent places first
     * @param first the id of one of them
     * @param oldest the age of the oldest
     * @param youngest the age of the youngest
     */
    public record Fold(
            String id,
            String parent,
            int count,
            @Nullable String names,
            String type,
            String state,
            @Nullable String waitsFor,
            @Nullable String cancelling,
            int looked,
            List<Place> places,
            @Nullable String first,
            double oldest,
            double youngest) {
        static Fold of(JsonNode line) {
            List<Place> places = new ArrayList<>();
            line.path("places")
                    .forEach(place ->
                            places.add(new Place(place.path("at").asString(""), (int) number(place, "count"))));
            return new Fold(
                    line.path("id").asString(""),
                    line.path("parent").asString(""),
                    (int) number(line, "count"),
                    text(line, "names"),
                    line.path("type").asString(""),
                    line.path("state").asString(""),
                    text(line, "waitsFor"),
                    text(line, "cancelling"),
                    (int) number(line, "looked"),
                    List.copyOf(places),
                    text(line, "first"),
                    seconds(line, "oldest"),
                    seconds(line, "youngest"));
        }
    }

    /**
     * A place in the code.
     *
     * @param at as {@code Class.method(File.java:12)}
     * @param count how many are there
     */
    public record Place(String at, int count) {}

    /**
     * What has been used by what is no task, or no longer.
     *
     * @param loop the loop
     * @param of {@code ended} for tasks that have ended since, or {@code callbacks}
     * @param steps how many steps
     * @param busy how long those took
     * @param cpu how much of that was computing
     * @param allocated what was allocated
     */
    public record Rest(String loop, String of, long steps, double busy, double cpu, long allocated) {
        static Rest of(JsonNode line) {
            return new Rest(
                    line.path("loop").asString(""),
                    line.path("of").asString(""),
                    number(line, "steps"),
                    seconds(line, "busy"),
                    seconds(line, "cpu"),
                    number(line, "allocated"));
        }
    }

    private static @Nullable String text(JsonNode line, String name) {
        return line.has(name) ? line.path(name).asString("") : null;
    }

    private static long number(JsonNode line, String name) {
        return line.path(name).asLong(-1);
    }

    private static double seconds(JsonNode line, String name) {
        return line.path(name).asDouble(-1);
    }

    private static List<String> texts(JsonNode line, String name) {
        List<String> texts = new ArrayList<>();
        line.path(name).forEach(text -> texts.add(text.asString("")));
        return List.copyOf(texts);
    }

    /** Puts a snapshot together from the lines of an answer. */
    static final class Builder {
        private @Nullable ProcessFacts process;
        private final List<LoopFacts> loops = new ArrayList<>();
        private final List<PoolFacts> pools = new ArrayList<>();
        private final List<GroupFacts> groups = new ArrayList<>();
        private final List<TaskFacts> tasks = new ArrayList<>();
        private final List<Fold> folds = new ArrayList<>();
        private final List<TaskFacts> parties = new ArrayList<>();
        private final List<List<String>> deadlocks = new ArrayList<>();
        private final List<Rest> rests = new ArrayList<>();
        private double interval = -1;

        void add(JsonNode line) {
            switch (line.path("kind").asString("")) {
                case "process" -> process = ProcessFacts.of(line);
                case "loop" -> loops.add(LoopFacts.of(line));
                case "pool" -> pools.add(PoolFacts.of(line));
                case "group" -> groups.add(GroupFacts.of(line));
                case "task" -> tasks.add(TaskFacts.of(line));
                case "fold" -> folds.add(Fold.of(line));
                case "party" -> parties.add(TaskFacts.of(line));
                case "deadlock" -> deadlocks.add(texts(line, "parties"));
                case "rest" -> rests.add(Rest.of(line));
                case "end" -> interval = seconds(line, "interval");
                default -> {
                    // of a later version
                }
            }
        }

        Snapshot build() {
            ProcessFacts known = process;
            if (known == null) {
                throw new IllegalStateException("the process has told nothing of itself");
            }
            return new Snapshot(
                    known,
                    List.copyOf(loops),
                    List.copyOf(pools),
                    List.copyOf(groups),
                    List.copyOf(tasks),
                    List.copyOf(folds),
                    List.copyOf(parties),
                    List.copyOf(deadlocks),
                    List.copyOf(rests),
                    interval);
        }
    }
}
