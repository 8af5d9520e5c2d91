/** Workers on several machines behind the same pool as processes, threads and loops. */
@SuppressWarnings("module") // what is exported to the program is built before it
module dev.weft.cluster {
    requires static org.jspecify;
    requires transitive dev.weft.process;
    requires java.management;
    requires jdk.management; // the memory of an agent's machine
    requires static ignite.core; // in its own JVMs only
    requires static cache.api;

    exports dev.weft.cluster;
    exports dev.weft.cluster.security to
            dev.weft.cli;
    exports dev.weft.cluster.agent to
            dev.weft.cli;
}
