package dev.weft.cli.doctor;

import com.sun.management.UnixOperatingSystemMXBean;
import dev.weft.cli.machine.ControlGroup;
import dev.weft.cli.machine.Machines;
import dev.weft.cli.machine.Processor;
import dev.weft.cli.text.Paragraph;
import dev.weft.cli.text.Words;
import dev.weft.loop.EventLoop;
import dev.weft.net.Transport;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Looks at everything that Weft depends on. */
final class Examination {
    /** Before this build, G1 could move arrays that native code held. */
    private static final Runtime.Version FLOOR = Runtime.Version.parse("25.0.3");

    private static final String DRAWBACK = "slower, and blocking JDK calls hold up the loop";
    private static final long LITTLE_MEMORY = 1_000_000_000L;
    private static final long FEW_FILES = 4_096;

    private Examination() {}

    static List<Finding> all() {
        List<Finding> findings = new ArrayList<>();
        findings.add(jdk(Runtime.version()));
        findings.add(flag(Machines.hasFlag()));
        findings.add(scheduler());
        findings.add(transport());
        ControlGroup limits = ControlGroup.read();
        findings.add(cores(Runtime.getRuntime().availableProcessors(), limits));
        findings.add(memory(limits));
        findings.add(openFiles());
        findings.add(cache());
        findings.add(temporaryDirectory());
        findings.add(Peers.find());
        return findings;
    }

    static Finding jdk(Runtime.Version version) {
        String found = version + ", " + System.getProperty("java.vendor") + ", " + System.getProperty("java.home");
        return version.compareToIgnoreOptional(FLOOR) >= 0
                ? Finding.green("JDK", found)
                : Finding.red("JDK", found, "install JDK " + FLOOR + " or later, and set WEFT_JAVA_HOME to it");
    }

    static Finding flag(boolean present) {
        return present
                ? Finding.green("flag", flag())
                : Finding.red(
                        "flag",
                        "the JVM was started without " + flag(),
                        "start java with " + flag() + ", as ./weft does");
    }

    /** Opens a loop only where it will be the good one: the other prints a notice of its own. */
    private static Finding scheduler() {
        if (!Machines.hasFlag()) {
            return Finding.yellow("scheduler", "portable: " + DRAWBACK, "start java with " + flag());
        }
        try (EventLoop loop = EventLoop.open("doctor")) {
            return loop.isPortable()
                    ? Finding.yellow("scheduler", "portable: " + DRAWBACK, "leave out -Dweft.scheduler=portable")
                    : Finding.green("scheduler", "loop");
        }
    }

    /** In one piece, so that it can be copied. */
    private static String flag() {
        return Machines.flag().replace(' ', Paragraph.NO_BREAK);
    }

    private static Finding transport() {
        Transport selected;
        try {
            selected = Transport.selected();
        } catch (IllegalStateException e) {
            return Finding.red("transport", String.valueOf(e.getMessage()), "leave out -D" + Transport.PROPERTY);
        }
        List<String> others = new ArrayList<>();
        for (Transport transport : Transport.values()) {
            if (transport != selected) {
                String problem = transport.unavailableBecause();
                others.add(transport.label() + (problem == null ? "" : " not: " + problem));
            }
        }
        String found = selected.label() + " (also: " + String.join("; ", others) + ")";
        return selected == Transport.NIO && System.getProperty("os.name").equals("Linux")
                ? Finding.yellow("transport", found, "use a build with Netty's native libraries for this processor")
                : Finding.green("transport", found);
    }

    static Finding cores(int cores, ControlGroup limits) {
        Double granted = limits.cpus();
        String found = Words.count(cores, "core") + ", " + Processor.name()
                + (granted == null
                        ? ", no limit by a control group"
                        : ", limited to " + granted + " by a control group");
        return cores == 1
                ? Finding.yellow("cores", found, "give it more cores: with one, nothing computes faster in parallel")
                : Finding.green("cores", found);
    }

    private static Finding memory(ControlGroup limits) {
        long bytes = Machines.memoryBytes(limits);
        String found = Words.size(bytes) + (limits.memoryBytes() == null ? "" : " by a control group") + ", heap up to "
                + Words.size(Runtime.getRuntime().maxMemory());
        return bytes < LITTLE_MEMORY
                ? Finding.yellow("memory", found, "give it 1 GB or more, or use fewer worker processes (-j 1)")
                : Finding.green("memory", found);
    }

    private static Finding openFiles() {
        if (!(ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix)) {
            return Finding.green("open files", "not limited by this system");
        }
        long limit = unix.getMaxFileDescriptorCount();
        String found = "at most " + Words.number(limit);
        return limit < FEW_FILES
                ? Finding.yellow("open files", found, "allow more before many connections: ulimit -n 65536")
                : Finding.green("open files", found);
    }

    private static Finding cache() {
        String prefix = "-XX:AOTCache=";
        String cache = ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(flag -> flag.startsWith(prefix))
                .map(flag -> flag.substring(prefix.length()))
                .findFirst()
                .orElse("");
        if (cache.isEmpty()) {
            return Finding.yellow(
                    "start cache",
                    "none: the program starts slower than it could",
                    "start it with ./weft, which makes one");
        }
        return Files.isReadable(Path.of(cache))
                ? Finding.green("start cache", cache)
                : Finding.yellow(
                        "start cache",
                        cache + " cannot be read",
                        "remove the directory .weft beside ./weft, which makes a new one");
    }

    private static Finding temporaryDirectory() {
        String directory = System.getProperty("java.io.tmpdir");
        Path socket = null;
        try {
            Path place = Files.createTempDirectory("weft-doctor");
            socket = place.resolve("socket");
            try (ServerSocketChannel channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
                channel.bind(UnixDomainSocketAddress.of(socket));
                return Finding.green("temporary files", directory + ", with Unix-domain sockets");
            } finally {
                Files.deleteIfExists(socket);
                Files.deleteIfExists(place);
            }
        } catch (IOException | UnsupportedOperationException e) {
            return Finding.red(
                    "temporary files",
                    directory
                            + (socket == null ? " cannot be written: " : " has no Unix-domain sockets: ")
                            + e.getMessage(),
                    "worker processes need them: name another directory with -Djava.io.tmpdir=/short/path");
        }
    }
}
