package dev.weft.bench;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The rows about the network.
 *
 * <p>What is measured, a server or a client, is pinned to the last core; what it talks to, the same for all peers, to
 * the first. Weft and the bare Netty use the same transport.
 */
final class NetPlan {
    private static final int IDLE_CONNECTIONS = 10_000;
    private static final int MOST_IDLE_MEBIBYTES = 250;
    private static final int MOST_P99_MILLIS = 5;
    private static final String PARALLELISM = "-Djdk.virtualThreadScheduler.parallelism=1";
    private static final String NETWORK = "dev.weft.bench.net.";
    private static final String PEERS = "dev.weft.bench.peers.";

    private final Toolbox toolbox;
    private final Path benchDirectory;
    private final boolean quick;
    private final int lastCore = Runtime.getRuntime().availableProcessors() - 1;

    NetPlan(Toolbox toolbox, Path benchDirectory, boolean quick) {
        this.toolbox = toolbox;
        this.benchDirectory = benchDirectory;
        this.quick = quick;
    }

    List<Row> rows() {
        return List.of(echo(), server(), client(), idle(), slowClients());
    }

    private Row echo() {
        List<Contestant> contestants = new ArrayList<>();
        contestants.add(servedByJava("weft", "Weft, `TcpStream`", "WeftServer", "echo", Plan.OPENS));
        contestants.add(servedByJava("netty", "bare Netty handler", "NettyServer", "echo"));
        servedByPeer("vertx", "Vert.x, `NetSocket`", "VertxServer", "echo", contestants);
        contestants.add(servedByJava("vt-1", "sockets on virtual threads", "JdkServer", "echo", PARALLELISM));
        servedByGo("Go, `net`", "serve-echo", contestants);
        if (toolbox.uvloop()) {
            servedByPython("uvloop", "CPython, uvloop, a protocol", "echo", contestants);
        }
        servedByPython("asyncio", "CPython, asyncio, a protocol", "echo", contestants);
        return new Row(
                "tcp-echo",
                "TCP: a server that sends back what it gets",
                """
                50 connections send 1 KiB each and wait until it is back; an operation is one such round trip. The figure is the processor time of the server, system calls \
                included: on one core that is always busy, its rate is the inverse. The percentiles are of 4,000 round trips a second, counted from when each should have begun.""",
                Figure.SERVER_NANOS,
                loadWork(),
                contestants,
                List.of(new Goal("netty", 1 / 0.9), new Goal("go", 1), new Goal("uvloop", 1 / 1.6)));
    }

    private Row server() {
        List<Contestant> contestants = new ArrayList<>();
        contestants.add(servedByJava("weft", "Weft, `HttpServer`", "WeftServer", "http", Plan.OPENS));
        contestants.add(servedByJava("netty", "bare Netty handler", "NettyServer", "http"));
        servedByPeer("vertx", "Vert.x, `HttpServer`", "VertxServer", "http", contestants);
        servedByPeer("helidon", "Helidon, `WebServer`", "HelidonServer", "http", contestants, PARALLELISM);
        contestants.add(servedByJava("jdk", "the JDK's HttpServer", "JdkServer", "http", PARALLELISM));
        servedByGo("Go, `net/http`", "serve-http", contestants);
        if (toolbox.uvloop() && toolbox.aiohttp()) {
            servedByPython("uvloop", "aiohttp on uvloop", "http", contestants);
        }
        return new Row(
                "http-server",
                "HTTP server: a small GET",
                """
                64 connections ask for 13 bytes of text, one request at a time each, with a router (but for Netty and the core of Vert.x, which have none), a Content-Type and a Content-Length; \
                an operation is one request. Figure and percentiles as before.""",
                Figure.SERVER_NANOS,
                loadWork(),
                contestants,
                List.of(
                        new Goal("netty", 1 / 0.85),
                        new Goal("helidon", 1),
                        new Goal("go", 1 / 2.0),
                        new Goal("uvloop", 1 / 6.0)));
    }

    private Row client() {
        List<Contestant> contestants = new ArrayList<>();
        contestants.add(asking(
                Contestant.onJvm("weft", "Weft, `ClientSession`", Plan.javaClass(NETWORK + "WeftClient", Plan.OPENS))));
        askingPeer("vertx", "Vert.x, `HttpClient`, callbacks", "VertxClient", contestants);
        askingPeer("helidon", "Helidon, `WebClient`", "HelidonClient", contestants, PARALLELISM);
        contestants.add(asking(
                Contestant.onJvm("jdk", "the JDK's HttpClient", Plan.javaClass(NETWORK + "JdkClient", PARALLELISM))));
        String go = toolbox.go();
        if (go != null) {
            contestants.add(asking(Contestant.constant("go", "Go, `net/http`", List.of("env", "GOMAXPROCS=1", go))));
        }
        String python = toolbox.python();
        if (python != null && toolbox.uvloop() && toolbox.aiohttp()) {
            contestants.add(
                    asking(Contestant.constant("uvloop", "aiohttp on uvloop", List.of(python, script(), "uvloop"))));
        }
        return new Row(
                "http-client",
                "HTTP client: a small GET, 100 in flight",
                """
                100 coroutines, threads, tasks or chains of callbacks ask a bare Netty server for 13 bytes, one request after the other each, over connections that are kept; an operation is one request. The figure \
                is the processor time of the client.""",
                Figure.PROCESSOR_NANOS,
                loadWork(),
                contestants,
                List.of(
                        new Goal("vertx", 1 / 0.8),
                        new Goal("jdk", 1 / 3.0),
                        new Goal("go", 1 / 1.5),
                        new Goal("uvloop", 1 / 12.0)));
    }

    private Row idle() {
        List<Contestant> contestants = new ArrayList<>();
        String heap = "-Xmx256m";
        contestants.add(servedByJava("weft", "Weft, one loop", "WeftServer", "http", Plan.OPENS, heap));
        contestants.add(servedByJava("netty", "bare Netty handler", "NettyServer", "http", heap));
        contestants.add(servedByJava(
                "jdk",
                "the JDK's HttpServer",
                "JdkServer",
                "http",
                heap,
                "-Dsun.net.httpserver.maxIdleConnections=20000"));
        servedByGo("Go, `net/http`", "serve-http", contestants);
        return new Row(
                "http-idle",
                "10,000 idle connections: memory",
                """
                10,000 connections make one request each and stay open. The figure is the resident memory of the server's process, all of it: heap, code, threads and the JVM itself. JVMs with \
                `-Xmx256m`.""",
                Figure.MEBIBYTES,
                new Work(quick ? IDLE_CONNECTIONS / 10 : IDLE_CONNECTIONS, 1, 0),
                contestants,
                List.of(),
                MOST_IDLE_MEBIBYTES);
    }

    private Row slowClients() {
        return new Row(
                "websocket-slow",
                "Websockets: a fast client beside 1,000 slow ones",
                """
                1,000 clients are sent a kibibyte ten times a second each, and take a tenth of that; another one sends 32 bytes 200 times a second and is sent them back. The figure is the \
                99th percentile of those, counted from when each should have begun. There is no peer: few have websockets without a library.""",
                Figure.P99_MILLIS,
                new Work(quick ? 400 : 2000, 1, Plan.JIT_WARM_UP_MILLIS),
                List.of(servedByJava("weft", "Weft, one loop", "WeftServer", "http", Plan.OPENS)),
                List.of(),
                MOST_P99_MILLIS);
    }

    private Work loadWork() {
        return quick ? new Work(20_000, 3, 700) : new Work(100_000, 5, Plan.JIT_WARM_UP_MILLIS);
    }

    private Contestant servedByJava(String id, String title, String program, String what, String... flags) {
        List<String> command = new ArrayList<>(Plan.javaClass(NETWORK + program, flags));
        command.add(what);
        return Contestant.onJvm(id, title, against("ServerLoad", command));
    }

    private void servedByPeer(
            String id, String title, String program, String what, List<Contestant> contestants, String... flags) {
        String classPath = toolbox.jvmPeers();
        if (classPath != null) {
            List<String> command = new ArrayList<>(Plan.javaClassIn(classPath, PEERS + program, flags));
            command.add(what);
            contestants.add(Contestant.onJvm(id, title, against("ServerLoad", command)));
        }
    }

    private void askingPeer(String id, String title, String program, List<Contestant> contestants, String... flags) {
        String classPath = toolbox.jvmPeers();
        if (classPath != null) {
            contestants.add(asking(Contestant.onJvm(id, title, Plan.javaClassIn(classPath, PEERS + program, flags))));
        }
    }

    private void servedByGo(String title, String what, List<Contestant> contestants) {
        String go = toolbox.go();
        if (go != null) {
            contestants.add(Contestant.constant(
                    "go", title + ", GOMAXPROCS=1", against("ServerLoad", List.of("env", "GOMAXPROCS=1", go, what))));
        }
    }

    private void servedByPython(String model, String title, String what, List<Contestant> contestants) {
        String python = toolbox.python();
        if (python != null) {
            contestants.add(
                    Contestant.constant(model, title, against("ServerLoad", List.of(python, script(), model, what))));
        }
    }

    private String script() {
        return benchDirectory.resolve("peers/net.py").toString();
    }

    private Contestant asking(Contestant client) {
        return new Contestant(
                client.id(), client.title(), client.justInTime(), against("ClientLoad", client.command()), 0);
    }

    /** {@return a program of ours on the first core, and what it measures on the last one} */
    private List<String> against(String load, List<String> measured) {
        List<String> command = new ArrayList<>(pin(0));
        command.addAll(Plan.javaClass(NETWORK + load));
        command.addAll(pin(lastCore));
        command.addAll(measured);
        command.add("--");
        return command;
    }

    private List<String> pin(int core) {
        return toolbox.pinning() ? List.of("taskset", "-c", Integer.toString(core)) : List.of();
    }
}
