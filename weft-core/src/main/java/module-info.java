/** Event loop, tasks, cancellation and pools: the base that all other modules rest on. */
@SuppressWarnings("module") // The modules that the kernel is exported to are built after this one.
module dev.weft.core {
    requires static transitive org.jspecify;
    requires org.jctools.core.jdk11;
    requires static jdk.jfr; // events, if the JVM has the recorder
    requires static jdk.net; // who is at the other end of a socket, if the JVM can tell
    requires static java.management; // how long threads have computed, if somebody looks
    requires static jdk.management;
    requires jdk.unsupported; // sun.misc.Signal, by name

    exports dev.weft;
    exports dev.weft.loop;
    exports dev.weft.sync;
    exports dev.weft.inspect to
            dev.weft.cli;
    exports dev.weft.loop.jdk to
            dev.weft.cli;
    exports dev.weft.loop.kernel to
            dev.weft.process,
            dev.weft.net,
            dev.weft.http,
            dev.weft.cli,
            dev.weft.testing;
}
