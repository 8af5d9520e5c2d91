package dev.weft.bench.net;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Measures a server, whatever it is written in.
 *
 * <pre>{@code ServerLoad COMMAND OF THE SERVER... -- ROW OPERATIONS WARM_UP_MILLIS ITERATIONS PARAMETER}</pre>
 *
 * <p>Prints {@code wall} and {@code cpu} of each iteration, where the processor time is the server's, and {@code p50},
 * {@code p99} and {@code p999} at a constant rate, all in nanoseconds; or {@code bytes}.
 */
final class ServerLoad {
    private static final int ECHO_CONNECTIONS = 50;
    private static final int ECHO_BYTES = 1024;
    private static final int HTTP_CONNECTIONS = 64;
    private static final int LATENCY_RATE = 4000;
    private static final int SLOW_CLIENTS = 1000;
    private static final int FAST_RATE = 200;
    private static final byte FRAME_BYTES = 32;
    private static final byte[] NOTHING = {};

    private final ServedProcess server;
    private final String row;
    private final int operations;
    private final int warmUpMillis;
    private final int iterations;

    private ServerLoad(ServedProcess server, List<String> arguments) {
        this.server = server;
        this.row = arguments.get(0);
        this.operations = Integer.parseInt(arguments.get(1));
        this.warmUpMillis = Integer.parseInt(arguments.get(2));
        this.iterations = Integer.parseInt(arguments.get(3));
    }

    public static void main(String[] arguments) throws IOException, InterruptedException {
        List<String> all = List.of(arguments);
        int end = all.lastIndexOf("--");
        try (var server = ServedProcess.start(all.subList(0, end))) {
            var load = new ServerLoad(server, all.subList(end + 1, all.size()));
            IO.println(server.runtime());
            IO.println("operations " + load.operations);
            load.run();
        }
    }

    private void run() throws IOException, InterruptedException {
        switch (row) {
            case "tcp-echo" -> rates(ECHO_CONNECTIONS, new byte[ECHO_BYTES], ECHO_BYTES);
            case "http-server" -> {
                try (SocketChannel first = LoadGenerator.connect(server.port())) {
                    first.write(ByteBuffer.wrap(Answers.GET));
                    rates(HTTP_CONNECTIONS, Answers.GET, Answers.readLength(first));
                }
            }
            case "http-idle" -> idle();
            case "websocket-slow" -> slowClients();
            default -> throw new IllegalArgumentException("there is no load for the row '" + row + "'");
        }
    }

    private void rates(int connections, byte[] request, int answerLength) throws IOException {
        try (var generator = new LoadGenerator(server.port(), connections, NOTHING, request, answerLength)) {
            warmUp(generator);
            var wall = new StringBuilder("wall");
            var cpu = new StringBuilder("cpu");
            for (int i = 0; i < iterations; i++) {
                long cpuStart = server.processorNanos();
                long start = System.nanoTime();
                generator.asFastAsItAnswers(operations);
                wall.append(' ').append(System.nanoTime() - start);
                cpu.append(' ').append(server.processorNanos() - cpuStart);
            }
            IO.println(wall);
            IO.println(cpu);
            generator.atRate(operations / 10, LATENCY_RATE);
            print(generator.atRate(operations / 2, LATENCY_RATE));
        }
    }

    private void warmUp(LoadGenerator generator) throws IOException {
        long end = server.processorNanos() + warmUpMillis * 1_000_000L;
        do {
            generator.asFastAsItAnswers(operations / 10);
        } while (server.processorNanos() - end < 0);
    }

    private static void print(long[] latencies) {
        IO.println("p50 " + latencies[latencies.length / 2]);
        IO.println("p99 " + latencies[latencies.length * 99 / 100]);
        IO.println("p999 " + latencies[(int) (latencies.length * 999L / 1000)]);
    }

    /** Each operation is a connection that asks once and stays. */
    private void idle() throws IOException {
        List<SocketChannel> open = new ArrayList<>();
        try {
            for (int i = 0; i < operations; i++) {
                SocketChannel channel = LoadGenerator.connect(server.port());
                open.add(channel);
                channel.write(ByteBuffer.wrap(Answers.GET));
                Answers.readLength(channel);
            }
            IO.println("bytes " + server.residentBytes());
        } finally {
            for (SocketChannel channel : open) {
                channel.close();
            }
        }
    }

    /** A frame of the client: whole, binary, under a mask of zeros. */
    private static byte[] frame() {
        byte[] frame = new byte[2 + 4 + FRAME_BYTES];
        frame[0] = (byte) 0x82;
        frame[1] = (byte) (0x80 | FRAME_BYTES);
        return frame;
    }

    private static byte[] handshake(String path) {
        return ("GET " + path + " HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                        + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII);
    }

    private void slowClients() throws IOException, InterruptedException {
        try (var slow = SlowReaders.open(server.port(), SLOW_CLIENTS, handshake("/flood"));
                var fast = new LoadGenerator(server.port(), 1, handshake("/echo"), frame(), 2 + FRAME_BYTES)) {
            Thread reader = Thread.ofPlatform().daemon().start(slow);
            try {
                long end = server.processorNanos() + warmUpMillis * 1_000_000L;
                do {
                    fast.asFastAsItAnswers(FAST_RATE);
                } while (server.processorNanos() - end < 0);
                long[] latencies = fast.atRate(operations, FAST_RATE);
                print(latencies);
                if (slow.bytes() == 0) {
                    throw new IOException("the slow clients received nothing");
                }
            } finally {
                reader.interrupt();
                reader.join();
            }
        }
    }
}
