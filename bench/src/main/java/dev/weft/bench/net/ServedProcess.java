package dev.weft.bench.net;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A server in a process of its own, and what the system says of it. */
final class ServedProcess implements AutoCloseable {
    private static final long KIB = 1024;

    private final Process process;
    private final String runtime;
    private final int port;

    private ServedProcess(Process process, String runtime, int port) {
        this.process = process;
        this.runtime = runtime;
        this.port = port;
    }

    static ServedProcess start(List<String> command) throws IOException {
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try {
            String runtime = "";
            int port = 0;
            BufferedReader lines =
                    new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
            while (port == 0) {
                String line = lines.readLine();
                if (line == null) {
                    throw new IOException("the server ended instead of listening: " + command);
                }
                if (line.startsWith("runtime ")) {
                    runtime = line;
                } else if (line.startsWith("port ")) {
                    port = Integer.parseInt(line.substring("port ".length()));
                }
            }
            return new ServedProcess(process, runtime, port);
        } catch (Throwable e) {
            process.destroyForcibly();
            throw e;
        }
    }

    /** {@return the line that says what it is} */
    String runtime() {
        return runtime;
    }

    int port() {
        return port;
    }

    /** {@return the processor time of all its threads} */
    long processorNanos() {
        return process.info()
                .totalCpuDuration()
                .orElseThrow(() -> new IllegalStateException("the system does not tell the server's processor time"))
                .toNanos();
    }

    /** {@return its memory that is in the machine's} */
    long residentBytes() throws IOException {
        return Files.readAllLines(Path.of("/proc/" + process.pid() + "/status")).stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * KIB)
                .findFirst()
                .orElseThrow(() -> new IOException("expected VmRSS in the server's /proc/.../status"));
    }

    @Override
    public void close() throws IOException {
        process.getOutputStream().close();
        try {
            if (!process.waitFor(1, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
