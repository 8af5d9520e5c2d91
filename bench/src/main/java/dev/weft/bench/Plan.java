package dev.weft.bench;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Which rows there are, who takes part in each, and what Weft wants to reach in it.
 *
 * <p>Programs that are about one thread are pinned to one core, so that no peer hides work on another; all JVMs have
 * the same collector and heap limit. The order of peers here is the order in the tables.
 */
final class Plan {
    /** What all measured JVMs have in common. */
    static final List<String> JVM_FLAGS = List.of("-XX:+UseSerialGC", "-Xmx2g", "--enable-native-access=ALL-UNNAMED");

    /** What Weft needs beside. */
    static final String OPENS = "--add-opens=java.base/java.lang=ALL-UNNAMED";

    /** Enough for the slowest peer to reach its speed, with the compiler on the same core. */
    static final int JIT_WARM_UP_MILLIS = 3500;

    private static final int SLEEPERS = 100_000;
    private static final int MILLION = 1_000_000;
    private static final List<Integer> CHUNKS = List.of(1, 16, 100, 1000);

    private final Toolbox toolbox;
    private final Path benchDirectory;
    private final boolean quick;
    private final String pinnedCore;

    /**
     * Makes a plan.
     *
     * @param toolbox the peers
     * @param benchDirectory where the peers' sources are
     * @param quick whether to measure less, for a first look
     */
    Plan(Toolbox toolbox, Path benchDirectory, boolean quick) {
        this.toolbox = toolbox;
        this.benchDirectory = benchDirectory;
        this.quick = quick;
        // The first core often has the interrupts.
        this.pinnedCore = Integer.toString(Runtime.getRuntime().availableProcessors() - 1);
    }

    List<Row> rows() {
        List<Row> rows = new ArrayList<>(List.of(
                handOffByWaking(),
                handOffByYielding(),
                queue(),
                spawnGroup(),
                spawnOne(),
                sleepers(),
                heap(),
                million(),
                virtualHour(),
                schedules(),
                poolSubmit(),
                poolMap(),
                poolArray(),
                poolCompute(),
                poolCold()));
        rows.addAll(new NetPlan(toolbox, benchDirectory, quick).rows());
        rows.addAll(new MapPlan(toolbox, benchDirectory, quick).rows());
        return List.copyOf(rows);
    }

    private Row handOffByWaking() {
        return new Row(
                "handoff-wake",
                "Hand-off: one coroutine wakes another and waits",
                """
                Two coroutines pass a turn back and forth; an operation is one pass. On virtual threads and on Weft by \
                `LockSupport.unpark` and `park`, in Kotlin by resuming a suspended coroutine, in Python by a future, in Go by an \
                unbuffered channel. The raw continuation is only switched: nobody is woken, queued or chosen. The portable scheduler is not \
                here: on it a parked thread holds its loop.""",
                Figure.PROCESSOR_NANOS,
                coroutineWork(200_000),
                contestants(
                        weft(),
                        continuation(),
                        virtualThreads(),
                        virtualThreadsOnAllCores(),
                        kotlin(),
                        go(),
                        uvloop(),
                        asyncio()),
                List.of(
                        new Goal("continuation", 1.5),
                        new Goal("vt-1", 0.5),
                        new Goal("kotlin", 2),
                        new Goal("uvloop", 1 / 3.0)));
    }

    private Row handOffByYielding() {
        return new Row(
                "handoff-yield",
                "Hand-off: two coroutines let each other run",
                """
                Two coroutines are always ready and give way to each other; an operation is one switch. `Weft.sleep(Duration.ZERO)`, \
                `Thread.yield()`, Kotlin's `yield()`, `asyncio.sleep(0)`, `runtime.Gosched()`.""",
                Figure.PROCESSOR_NANOS,
                coroutineWork(200_000),
                contestants(
                        weft(), weftPortable(), continuation(), virtualThreads(), kotlin(), go(), uvloop(), asyncio()),
                List.of(
                        new Goal("continuation", 1.5),
                        new Goal("vt-1", 0.5),
                        new Goal("kotlin", 2),
                        new Goal("uvloop", 1 / 3.0)));
    }

    private Row queue() {
        return new Row(
                "queue",
                "Queue: a message to another coroutine and back",
                """
                Two coroutines and two queues; an operation is a round trip: two puts, two takes, two switches. Weft's `Queue.unbounded()`, \
                `LinkedBlockingQueue`, Kotlin's `Channel(UNLIMITED)`, `asyncio.Queue`; in Go, which has none without a bound, channels of \
                one place.""",
                Figure.PROCESSOR_NANOS,
                coroutineWork(100_000),
                contestants(weft(), virtualThreads(), kotlin(), go(), uvloop(), asyncio()),
                List.of(new Goal("kotlin", 1.3)));
    }

    private Row spawnGroup() {
        return new Row(
                "spawn-group",
                "Spawn and join: a thousand at a time",
                """
                A coroutine starts a thousand others that return a number, waits for each and adds the numbers up; an operation \
                is one of them. `TaskGroup.spawn`, `Thread.startVirtualThread`, `async`, `asyncio.create_task`, a goroutine with a \
                `WaitGroup`.""",
                Figure.PROCESSOR_NANOS,
                coroutineWork(100_000),
                contestants(weft(), virtualThreads(), kotlin(), go(), uvloop(), asyncio()),
                spawnGoals());
    }

    private Row spawnOne() {
        return new Row(
                "spawn-one",
                "Spawn and join: one at a time",
                "As before, but each is awaited before the next one starts, so that every one costs two switches.",
                Figure.PROCESSOR_NANOS,
                coroutineWork(100_000),
                contestants(weft(), virtualThreads(), kotlin(), go(), uvloop(), asyncio()),
                spawnGoals());
    }

    private static List<Goal> spawnGoals() {
        return List.of(new Goal("uvloop", 0.1), new Goal("kotlin", 0.5), new Goal("go", 1));
    }

    private Row sleepers() {
        return new Row(
                "sleepers",
                "100,000 sleeping coroutines: time",
                """
                A coroutine starts 100,000 others that sleep for one second and waits for all. The figure is how much longer than one second \
                that takes: the price of starting, timing, waking and ending them.""",
                Figure.MILLIS_BEYOND_SLEEP,
                new Work(SLEEPERS, 1, quick ? 700 : JIT_WARM_UP_MILLIS, 1000),
                contestants(weft(), virtualThreads(), kotlin(), go(), uvloop(), asyncio()),
                List.of(new Goal("kotlin", 1), new Goal("go", 0.25)));
    }

    private Row heap() {
        return new Row(
                "heap",
                "100,000 sleeping coroutines: memory",
                """
                Growth of the memory in use per coroutine that sleeps for an hour, its task and timer included. JVM: live heap after a \
                collection. Go: heap and stacks after a collection. CPython: memory traced by `tracemalloc`. Kotlin's coroutines have no \
                stack to keep, and these have no variables.""",
                Figure.BYTES,
                new Work(SLEEPERS, 1, quick ? 700 : JIT_WARM_UP_MILLIS),
                contestants(weft(), virtualThreads(), kotlin(), go(), uvloop(), asyncio()),
                List.of(),
                700);
    }

    private Row million() {
        List<String> small =
                // or a third of the heap would be kept free for young objects
                List.of("-Xmx1g", "-Xmn64m", "-XX:+UseCompactObjectHeaders");
        return new Row(
                "million",
                "A million sleeping coroutines in a heap of 1 GiB",
                "As before, with ten times as many, on one loop or thread, under `-Xmx1g -Xmn64m -XX:+UseCompactObjectHeaders`. Who fails has run out of memory.",
                Figure.BYTES,
                new Work(MILLION, 1, quick ? 700 : JIT_WARM_UP_MILLIS),
                contestants(
                        withFlags(weft(), small), withFlags(virtualThreads(), small), withFlags(kotlin(), small), go()),
                List.of(),
                1000);
    }

    private Row virtualHour() {
        return new Row(
                "virtual-hour",
                "Virtual time: an hour of sleeps",
                """
                A test sleeps 3,600 times for a second on a clock that jumps. `Simulation` of the test kit, `runTest` of \
                kotlinx-coroutines-test.""",
                Figure.MILLIS,
                new Work(quick ? 20 : 100, 5, quick ? 700 : JIT_WARM_UP_MILLIS),
                contestants(weftTestKit(), kotlin("kotlin", "Kotlin coroutines, `runTest`")),
                List.of(),
                50);
    }

    private Row schedules() {
        return new Row(
                "schedules",
                "Schedules: one run of a test of 50 steps in an order of its own",
                """
                Five coroutines give way ten times each; an operation is one exploration of that with another seed, by POS and PCT in turn. \
                There is no peer here: the JVM's other tools rewrite classes and are after other bugs.""",
                Figure.MICROS,
                new Work(quick ? 2000 : 10_000, 3, quick ? 700 : JIT_WARM_UP_MILLIS),
                contestants(weftTestKit()),
                List.of(),
                100);
    }

    private Row poolSubmit() {
        return new Row(
                "pool-submit",
                "Process pool: submit a small call and await its result",
                "Two workers, one call at a time; an operation is there and back. Not pinned: parent and worker are two processes.",
                Figure.MICROS,
                new Work(quick ? 1000 : 3000, 5, quick ? 700 : 2000),
                contestants(weftPool(), cpythonPool()),
                List.of(new Goal("cpython-pool", 1 / 6.0)));
    }

    private Row poolMap() {
        List<Contestant> contestants = new ArrayList<>(weftPool());
        for (int chunk : CHUNKS) {
            for (Contestant python : cpythonPool()) {
                contestants.add(python.with("cpython-map-" + chunk, python.title() + ", chunksize " + chunk, chunk));
            }
        }
        return new Row(
                "pool-map",
                "Process pool: map of tiny calls",
                """
                Two workers add one to each of a range of numbers, and the parent adds up the results; an operation is one number. CPython's user \
                must find a chunk size, Weft's has none to find.""",
                Figure.MICROS,
                new Work(20_000, 3, quick ? 700 : 2500),
                contestants,
                CHUNKS.stream()
                        .map(chunk -> new Goal("cpython-map-" + chunk, 0.5))
                        .toList());
    }

    private Row poolArray() {
        return new Row(
                "pool-array",
                "Process pool: 16 MiB of bytes to a worker and back",
                "One array at a time through the pool's ordinary way for values.",
                Figure.MILLIS,
                new Work(5, 3, quick ? 700 : 2000),
                contestants(weftPool(), cpythonPool()),
                List.of(new Goal("cpython-pool", 0.25)));
    }

    private Row poolCompute() {
        List<Contestant> contestants = new ArrayList<>();
        for (Contestant weft : weftPool()) {
            contestants.add(weft);
            contestants.add(weft.with("weft-threads", "Weft threads, two", 2));
            contestants.add(weft.with("weft-thread", "Weft threads, one", 1));
        }
        contestants.addAll(cpythonPool());
        return new Row(
                "pool-compute",
                "Process pool: map of calls that compute",
                """
                Two workers, or threads, draw 200,000 numbers from a generator for each input; an operation is one input. The goal is a speed-up of at \
                least 0.95 of that of threads on the same cores.""",
                Figure.MICROS,
                new Work(quick ? 200 : 1000, 3, quick ? 700 : 2500),
                contestants,
                List.of(new Goal("weft-threads", 1 / 0.95)));
    }

    private Row poolCold() {
        return new Row(
                "pool-cold",
                "Process pool: from nothing to the first answer",
                "Makes a pool of one worker and awaits a small call, with no spare worker to hide the start; CPython with its spawn start method.",
                Figure.MILLIS,
                new Work(1, 3, 0),
                contestants(weftPool(), cpythonPool()),
                List.of(new Goal("cpython-pool", 1)));
    }

    private Work coroutineWork(int operations) {
        return quick ? new Work(operations / 2, 3, 700) : new Work(operations, 5, JIT_WARM_UP_MILLIS);
    }

    // ---- who takes part

    @SafeVarargs
    private static List<Contestant> contestants(List<Contestant>... groups) {
        var all = new ArrayList<Contestant>();
        for (List<Contestant> group : groups) {
            all.addAll(group);
        }
        return all;
    }

    private List<Contestant> weft() {
        return List.of(Contestant.onJvm("weft", "Weft, one loop", pinned(java("WeftProgram", OPENS))));
    }

    private List<Contestant> weftPortable() {
        return List.of(Contestant.onJvm(
                "weft-portable", "Weft without the JVM flag (portable scheduler)", pinned(java("WeftProgram"))));
    }

    private List<Contestant> continuation() {
        return List.of(Contestant.onJvm(
                "continuation",
                "raw JDK continuation",
                pinned(java("ContinuationProgram", "--add-exports=java.base/jdk.internal.vm=ALL-UNNAMED"))));
    }

    private List<Contestant> virtualThreads() {
        return List.of(Contestant.onJvm(
                "vt-1",
                "virtual threads, default scheduler, parallelism 1",
                pinned(java(
                        "VirtualThreadProgram",
                        "-Djdk.virtualThreadScheduler.parallelism=1",
                        "-Djdk.virtualThreadScheduler.maxPoolSize=1"))));
    }

    private List<Contestant> virtualThreadsOnAllCores() {
        return List.of(
                Contestant.onJvm("vt", "virtual threads, default scheduler, all cores", java("VirtualThreadProgram")));
    }

    private List<Contestant> kotlin() {
        return kotlin("kotlin", "Kotlin coroutines, `runBlocking`");
    }

    private List<Contestant> kotlin(String id, String title) {
        return toolbox.kotlin()
                ? List.of(Contestant.onJvm(id, title, pinned(javaClass("dev.weft.bench.peers.PeersKt"))))
                : List.of();
    }

    private List<Contestant> weftTestKit() {
        return List.of(Contestant.onJvm("weft", "Weft's test kit", pinned(java("WeftTestKitProgram", OPENS))));
    }

    /** The same programs on a JVM with other flags; the last of a kind counts. */
    private static List<Contestant> withFlags(List<Contestant> contestants, List<String> flags) {
        return contestants.stream()
                .map(contestant -> {
                    List<String> command = new ArrayList<>(contestant.command());
                    command.addAll(command.indexOf("-cp"), flags);
                    return Contestant.onJvm(contestant.id(), contestant.title(), command);
                })
                .toList();
    }

    private List<Contestant> go() {
        String program = toolbox.go();
        return program == null
                ? List.of()
                : List.of(Contestant.onJvm("go", "Go, GOMAXPROCS=1", pinned(List.of("env", "GOMAXPROCS=1", program))));
    }

    private List<Contestant> uvloop() {
        return toolbox.uvloop() ? python("uvloop", "CPython, uvloop", true) : List.of();
    }

    private List<Contestant> asyncio() {
        return python("asyncio", "CPython, asyncio", true);
    }

    private List<Contestant> weftPool() {
        return List.of(Contestant.onJvm("weft-pool", "Weft ProcessPool", java("WeftPoolProgram", OPENS)));
    }

    private List<Contestant> cpythonPool() {
        return python("futures", "CPython ProcessPoolExecutor", false).stream()
                .map(python -> python.with("cpython-pool", python.title(), 0))
                .toList();
    }

    private List<Contestant> python(String model, String title, boolean pin) {
        String python = toolbox.python();
        if (python == null) {
            return List.of();
        }
        List<String> command =
                List.of(python, benchDirectory.resolve("peers/peers.py").toString(), model);
        return List.of(Contestant.constant(model, title, pin ? pinned(command) : command));
    }

    private static List<String> java(String program, String... flags) {
        return javaClass("dev.weft.bench.program." + program, flags);
    }

    /** {@return a JVM with the flags that all have, and with more} */
    static List<String> javaClass(String main, String... flags) {
        return javaClassIn(System.getProperty("java.class.path"), main, flags);
    }

    /** The same with a class path of its own. */
    static List<String> javaClassIn(String classPath, String main, String... flags) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(JVM_FLAGS);
        command.addAll(List.of(flags));
        command.add("-cp");
        command.add(classPath);
        command.add(main);
        return command;
    }

    private List<String> pinned(List<String> command) {
        return toolbox.pinning()
                ? Stream.concat(Stream.of("taskset", "-c", pinnedCore), command.stream())
                        .toList()
                : command;
    }
}
