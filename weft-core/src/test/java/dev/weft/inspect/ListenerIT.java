package dev.weft.inspect;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** A process in need is looked into. */
@Timeout(60)
@EnabledOnOs(OS.LINUX)
class ListenerIT {
    private static final int MOST_DESCRIPTORS = 150;

    @TempDir
    Path temporary;

    private static void await(String line, BufferedReader from) throws IOException {
        for (String found = from.readLine(); !line.equals(found); found = from.readLine()) {
            assertThat(found).as("the process lives").isNotNull();
        }
    }

    private static void tell(String command, BufferedWriter to) throws IOException {
        to.write(command + "\n");
        to.flush();
    }

    private static String hello(SocketChannel client) throws IOException {
        client.write(StandardCharsets.US_ASCII.encode("1 hello\n"));
        ByteBuffer answer = ByteBuffer.allocate(100);
        client.read(answer);
        return StandardCharsets.US_ASCII.decode(answer.flip()).toString();
    }

    @Test
    void aProcessThatRanOutOfDescriptorsCanBeLookedIntoAgainOnceItHasSome() throws Exception {
        Path directory = Files.createDirectory(
                temporary.resolve("s"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        Process process = new ProcessBuilder(
                        "sh",
                        "-c",
                        "ulimit -n " + MOST_DESCRIPTORS + " && exec \"$@\"",
                        "sh",
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        FullProgram.class.getName(),
                        directory.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (BufferedReader out = process.inputReader();
                BufferedWriter in = process.outputWriter()) {
            await("ready", out);
            var socket = UnixDomainSocketAddress.of(new SocketDirectory(directory).socket(process.pid()));
            try (SocketChannel before = SocketChannel.open(socket)) {
                assertThat(hello(before)).contains("hello");
            }
            tell("fill", in);
            await("fill", out);
            try (SocketChannel meanwhile = SocketChannel.open(StandardProtocolFamily.UNIX)) {
                meanwhile.connect(socket);
                await("tick", out);
                await("tick", out); // so that it has tried to let it in
                tell("free", in);
                assertThat(hello(meanwhile)).contains("hello");
            }
        } finally {
            process.destroyForcibly();
        }
    }
}
